import {
  checkOptions,
  isFunction,
  isOneOf,
  isRecordOfFunctions,
  isWithin,
  matches,
  type OptionRules,
} from "../check-options.ts";
import type { CallbackAnswer } from "../service/callback-answer.ts";
import type { InvokedFunction } from "../service/invoked-function.ts";
import type { ExecutionRegistry } from "./execution-registry.ts";

/** Options of `simulate`. */
export interface SimulateOptions {
  /** The event of the function: any value that JSON can carry. Default `{}`. */
  readonly payload?: unknown;
  /** The functions that `context.invoke` can call, by name. A durable function is simulated in turn. */
  readonly functions?: Readonly<Record<string, InvokedFunction>> | undefined;
  /**
   * Answers to callbacks, by the name of the operation or the id of the callback. The text that an answer returns
   * completes the callback, and an error that it throws fails it.
   */
  readonly callbacks?: Readonly<Record<string, CallbackAnswer>> | undefined;
  /**
   * When answers are called. `"submitted"`, the default: when the execution is suspended, and the submitter of a
   * `waitForCallback` has succeeded. `"created"`: as soon as the callback exists, also before its submitter ends and while
   * the submitter waits for another attempt, as an external system can be faster than the reply to its request.
   */
  readonly answerCallbacks?: "submitted" | "created" | undefined;
  /**
   * When the function is replayed. `"suspended"`, the default: wherever the SDK suspends it. `"always"`: also after
   * each checkpoint that completes an operation, as long as no step body is running. Both must give the same result.
   */
  readonly replay?: "suspended" | "always" | undefined;
  /**
   * The name of the execution: 1 to 64 characters of `[a-zA-Z0-9-_]`. Its ARN and callback ids follow from it. By
   * default each simulation gets a new name, as in production; pass a name to compare two runs.
   */
  readonly executionName?: string | undefined;
  /** The executions that were started before. Default: none. */
  readonly started?: ExecutionRegistry | undefined;
  /** Default `"function"`. */
  readonly functionName?: string | undefined;
  /** The ARN of the execution, instead of the one that follows from the names. */
  readonly arn?: string | undefined;
  /** Operations per page of the state that an invocation reads, from 1 to 1,000. Default 1,000. */
  readonly pageSize?: number | undefined;
  /** Milliseconds of real time after which one invocation counts as stuck. A pause of the process does not count. Default 4,000. */
  readonly timeoutMs?: number | undefined;
  /** Invocations after which the simulation is stopped. Default 1,000. */
  readonly maxInvocations?: number | undefined;
}

const NAME = /^[a-zA-Z0-9-_]{1,64}$/;
const ARN = /^arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:/]+:[^:/]+\/durable-execution\/[^/]+\/[^/]+$/;

const RULES: OptionRules<SimulateOptions> = {
  payload: [() => true, ""],
  functions: [isRecordOfFunctions, "pass an object of functions by name"],
  callbacks: [isRecordOfFunctions, 'pass an object of functions by name, as { approval: () => "yes" }'],
  answerCallbacks: [isOneOf("submitted", "created"), 'pass "submitted" or "created"'],
  replay: [isOneOf("suspended", "always"), 'pass "suspended" or "always"'],
  executionName: [matches(NAME), "pass 1 to 64 of a–z, A–Z, 0–9, - and _"],
  started: [isRegistry, "pass an ExecutionRegistry"],
  functionName: [matches(NAME), "pass 1 to 64 of a–z, A–Z, 0–9, - and _"],
  arn: [
    matches(ARN),
    "pass the ARN of a durable execution: arn:…:function:NAME:VERSION/durable-execution/NAME/ID",
  ],
  pageSize: [isWithin(1, 1_000), "pass a whole number from 1 to 1000"],
  timeoutMs: [isWithin(1, 2 ** 31 - 1), "pass a whole number of milliseconds from 1"],
  maxInvocations: [isWithin(1), "pass a whole number from 1"],
};

/** @throws TypeError naming the option, its value and the remedy */
export function checkSimulateOptions(options: unknown): void {
  checkOptions(options, RULES, "{ payload: … }");
}

/** Not by its class: it may be that of another copy of the kit. */
function isRegistry(value: unknown): boolean {
  return typeof value === "object" && value !== null && "start" in value && isFunction(value.start);
}
