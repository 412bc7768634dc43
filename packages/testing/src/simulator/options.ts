import type { CallbackAnswer } from "../fake-context/callback-registry.ts";
import { described } from "../format-value.ts";
import type { InvokedFunction } from "./function-registry.ts";
import { ExecutionRegistry } from "./execution-registry.ts";

/** How to simulate. */
export interface SimulateOptions {
  /** The event; anything that JSON carries. Default `{}`. */
  readonly payload?: unknown;
  /** Functions the execution may invoke, by name: durable ones, simulated in turn, and plain ones. */
  readonly functions?: Readonly<Record<string, InvokedFunction>>;
  /**
   * Who answers callbacks, by the name of the operation or the id of the callback. An answer is called when the
   * execution is suspended; what it returns completes the callback, what it throws fails it.
   */
  readonly callbacks?: Readonly<Record<string, CallbackAnswer>>;
  /**
   * When the function starts over: `"suspended"`, the default, wherever the SDK suspends it; `"always"`, also after
   * each checkpoint that completes an operation while no body runs. What a replay does otherwise, it should not.
   */
  readonly replay?: "suspended" | "always";
  /**
   * Names the execution, 1–64 of `[a-zA-Z0-9-_]`; its ARN follows from it. Default a new one for each, as in
   * production; give the same for runs that are to be compared, ARN and callback ids included.
   */
  readonly executionName?: string;
  /** What the service has started before, for names that are used again. By default it knows of nothing. */
  readonly started?: ExecutionRegistry;
  /** Default `"function"`. */
  readonly functionName?: string;
  /** The execution's ARN, in place of the one that follows from the names. */
  readonly arn?: string;
  /** Operations per page of the state an invocation starts from, 1–1,000. Default 1,000. */
  readonly pageSize?: number;
  /** Milliseconds of real time an invocation may take before the simulation is stopped. Default 4,000. */
  readonly timeoutMs?: number;
  /** Invocations after which the simulation is stopped. Default 1,000. */
  readonly maxInvocations?: number;
}

const EXECUTION_NAME = /^[a-zA-Z0-9-_]{1,64}$/;
const FUNCTION_NAME = /^[a-zA-Z0-9-_]{1,64}$/;
const ARN = /^arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:/]+:[^:/]+\/durable-execution\/[^/]+\/[^/]+$/;

/** Per option, what it may be, and how to say so. */
const RULES: Readonly<Record<keyof SimulateOptions, readonly [(value: unknown) => boolean, string]>> = {
  payload: [() => true, ""],
  functions: [isRecordOfFunctions, "pass an object of functions by name"],
  callbacks: [isRecordOfFunctions, 'pass an object of functions by name, as { approval: () => "yes" }'],
  replay: [(value) => value === "suspended" || value === "always", 'pass "suspended" or "always"'],
  executionName: [matches(EXECUTION_NAME), "pass 1 to 64 of a–z, A–Z, 0–9, - and _"],
  started: [(value) => value instanceof ExecutionRegistry, "pass a ExecutionRegistry"],
  functionName: [matches(FUNCTION_NAME), "pass 1 to 64 of a–z, A–Z, 0–9, - and _"],
  arn: [
    matches(ARN),
    "pass the ARN of a durable execution: arn:…:function:NAME:VERSION/durable-execution/NAME/ID",
  ],
  pageSize: [isWithin(1, 1_000), "pass a whole number from 1 to 1000"],
  timeoutMs: [isWithin(1, 2 ** 31 - 1), "pass a whole number of milliseconds from 1"],
  maxInvocations: [isWithin(1, Number.MAX_SAFE_INTEGER), "pass a whole number from 1"],
};

/** @throws TypeError naming path, value and remedy */
export function checkOptions(options: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options is ${described(options)}; pass an object such as { payload: … }.`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(RULES, key)) {
      throw new TypeError(
        `options has the unknown key ${described(key)}; known are ${Object.keys(RULES).join(", ")}.`,
      );
    }
    // Just seen to be a key of the rules.
    const [isValid, remedy] = RULES[key as keyof SimulateOptions];
    if (value !== undefined && !isValid(value)) {
      throw new TypeError(`options.${key} is ${described(value)}; ${remedy}.`);
    }
  }
}

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === "string" && pattern.test(value);
}

function isWithin(minimum: number, maximum: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
}

function isRecordOfFunctions(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((each) => typeof each === "function")
  );
}
