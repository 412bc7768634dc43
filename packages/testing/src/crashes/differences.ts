import { isDeepStrictEqual } from "node:util";
import type { DurableOperation } from "../service/durable-operation.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { withoutStackTraces } from "../without-stack-traces.ts";
import type { CrashRun } from "./crash-run.ts";

/** Removes from a result what may differ from run to run, such as a time or an id that a step generates. */
export type Normalize = (value: unknown) => unknown;

/** What must be the same: every operation, only the result and the error of the execution, or nothing. */
export type Compare = "operations" | "outcome" | "none";

/** Whether steps, contexts and calls of dependencies that have not ended are problems. */
export type Unfinished = "report" | "allow";

/** What is wrong with a run by itself, whether or not it crashed. */
export function irregularities(
  { operations, status, error }: Simulation,
  { refusals, openCalls, lateCalls }: Pick<CrashRun, "refusals" | "openCalls" | "lateCalls">,
  unfinished: Unfinished,
): readonly string[] {
  // The durable SDK fails the execution for a refusal, even if the code catches the error, unless the code has ended before.
  if (refusals.length > 0) {
    return refusals.map((refusal) =>
      status === "SUCCEEDED"
        ? `The execution succeeded ${refusal} Its operations are lost: await them.`
        : `The execution failed ${refusal} The code cannot catch this.`,
    );
  }
  // It ends the execution, and leaves operations open that its code awaits.
  if (error !== undefined && MISUSE.test(error.message)) return [error.message];
  if (unfinished === "allow") return [];
  const closed = new Set(operations.flatMap(({ id, status }) => (status === "STARTED" ? [] : [id])));
  const left = operations.filter(
    (operation) => isLeftStarted(operation) && !ancestorsOf(operation.id).some((id) => closed.has(id)),
  );
  return [
    ...left.map(
      (operation) =>
        `${label(operation)} was still STARTED when the execution ended: it was not awaited. ${REMEDY}`,
    ),
    ...openCalls.map(
      (name) => `${name} was still running when the execution ended: its step was not awaited. ${REMEDY}`,
    ),
    ...lateCalls.map(
      (name) =>
        `${name} was called after its invocation had ended, unrecorded: await nothing but durable operations while one is open.`,
    ),
  ];
}

const REMEDY = 'Await it, or pass unfinished: "allow" for the loser of a race.';

/** Errors of the durable SDK that mean a faulty handler. */
const MISUSE = /^(Context usage error|Non-deterministic execution detected)/;

/** The differences between a run and the run without a crash. */
export function differences(
  expected: Simulation,
  found: Simulation,
  { normalize, compare }: { readonly normalize: Normalize; readonly compare: Compare },
): readonly string[] {
  if (compare === "none") return [];
  const comparable = (value: unknown) => normalize(withoutStackTraces(value));
  return [
    ...differing("status", expected.status, found.status),
    ...differing("result", comparable(expected.result), comparable(found.result)),
    ...differing("error", comparable(expected.error), comparable(found.error)),
    ...(compare === "outcome" ? [] : operationDifferences(expected.operations, found.operations, comparable)),
  ];
}

/** A wait or a callback may stay open, for example as the timeout of a race. Code that runs must end. */
function isLeftStarted({ status, type }: DurableOperation): boolean {
  return status === "STARTED" && (type === "STEP" || type === "CONTEXT");
}

/**
 * `2-1-1` → `2-1`, `2`. The SDK may leave operations in a closed context open, such as the other branches of a race.
 */
function ancestorsOf(id: string): readonly string[] {
  const steps = id.split("-");
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join("-"));
}

function operationDifferences(
  expected: readonly DurableOperation[],
  found: readonly DurableOperation[],
  comparable: Normalize,
): readonly string[] {
  const before = new Map(expected.map((operation) => [operation.id, operation]));
  const after = new Map(found.map((operation) => [operation.id, operation]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const [one, other] = [before.get(id), after.get(id)];
    if (one === undefined)
      return other === undefined ? [] : [`${label(other)} is there only with the crash.`];
    if (other === undefined) return [`${label(one)} is missing.`];
    return differing(`operation ${id}`, outcomeOf(one, comparable), outcomeOf(other, comparable));
  });
}

/** Leaves out the attempts, since a step that runs at most once counts an interruption as one, and the times. */
function outcomeOf(operation: DurableOperation, comparable: Normalize): unknown {
  const { attempts: _, startedAt: _start, endedAt: _end, result, ...rest } = operation;
  return { ...rest, ...(result !== undefined && { result: comparable(result) }) };
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
