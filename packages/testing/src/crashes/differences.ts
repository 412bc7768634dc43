import { isDeepStrictEqual } from "node:util";
import type { DurableOperation } from "../service/durable-operation.ts";
import type { Simulation } from "../simulator/simulation.ts";

/** Takes away what rightly differs from run to run, such as a time or an id that a step makes. */
export type Normalize = (value: unknown) => unknown;

/** What of a run the simulation alone does not tell. */
export interface StrayCalls {
  readonly openCalls: readonly string[];
  readonly lateCalls: readonly string[];
}

/** Whether every operation must be the same, or the execution's result and error alone. */
export type Compare = "operations" | "outcome";

/** What is wrong with a run in itself, crashed or not. */
export function irregularities(
  { operations, error }: Simulation,
  { openCalls, lateCalls }: StrayCalls,
): readonly string[] {
  const closed = new Set(operations.flatMap(({ id, status }) => (status === "STARTED" ? [] : [id])));
  const left = operations.filter(
    (operation) => isLeftStarted(operation) && !ancestorsOf(operation.id).some((id) => closed.has(id)),
  );
  return [
    ...(error !== undefined && MISUSE.test(error.message) ? [error.message] : []),
    ...left.map(
      (operation) => `${label(operation)} was still STARTED when the execution ended: it was not awaited.`,
    ),
    ...openCalls.map(
      (name) => `${name} was still under way when the execution ended: its step was not awaited.`,
    ),
    ...lateCalls.map(
      (name) =>
        `${name} was called after its invocation had ended, unrecorded: await nothing but durable operations while one is open.`,
    ),
  ];
}

/** What the durable SDK says of code that can never be right. */
const MISUSE = /^(Context usage error|Non-deterministic execution detected)/;

/** In what a run differs from the one without a crash. */
export function differences(
  expected: Simulation,
  found: Simulation,
  { normalize, compare }: { readonly normalize: Normalize; readonly compare: Compare },
): readonly string[] {
  return [
    ...differing("status", expected.status, found.status),
    ...differing("result", normalize(expected.result), normalize(found.result)),
    ...differing("error", normalize(expected.error), normalize(found.error)),
    ...(compare === "outcome" ? [] : operationDifferences(expected.operations, found.operations, normalize)),
  ];
}

/** A wait or a callback may rightly be outlived, as the timeout of a race; code that runs may not. */
function isLeftStarted({ status, type }: DurableOperation): boolean {
  return status === "STARTED" && (type === "STEP" || type === "CONTEXT");
}

/** `2-1-1` → `2-1`, `2`. What a closed context left behind is the SDK's to forget, as the losers of a batch. */
function ancestorsOf(id: string): readonly string[] {
  const steps = id.split("-");
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join("-"));
}

function operationDifferences(
  expected: readonly DurableOperation[],
  found: readonly DurableOperation[],
  normalize: Normalize,
): readonly string[] {
  const before = new Map(expected.map((operation) => [operation.id, operation]));
  const after = new Map(found.map((operation) => [operation.id, operation]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const [one, other] = [before.get(id), after.get(id)];
    if (other === undefined && one !== undefined) return [`${label(one)} is missing.`];
    if (one === undefined && other !== undefined) return [`${label(other)} is there only with the crash.`];
    return isDeepStrictEqual(comparable(one, normalize), comparable(other, normalize))
      ? []
      : [
          `operation ${id} is ${show(comparable(other, normalize))}, not ${show(comparable(one, normalize))}.`,
        ];
  });
}

/** Without its attempts: a step that must run at most once rightly counts an interruption as one. */
function comparable(operation: DurableOperation | undefined, normalize: Normalize): unknown {
  if (operation === undefined) return undefined;
  const { attempts: _, result, ...rest } = operation;
  return { ...rest, ...(result !== undefined && { result: normalize(result) }) };
}

function differing(what: string, expected: unknown, found: unknown): readonly string[] {
  return isDeepStrictEqual(expected, found) ? [] : [`${what} is ${show(found)}, not ${show(expected)}.`];
}

function label({ id, name, subType }: DurableOperation): string {
  return `${subType} ${name === undefined ? "" : `"${name}" `}(operation ${id})`;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}
