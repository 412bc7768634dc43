import { formatValue } from "../format-value.ts";

/** One call on a shared object, as its caller saw it. */
export interface HistoryOperation<Input = unknown, Output = unknown> {
  /** Which of several independent objects it was called on. Default: there is but one. */
  readonly key?: string;
  /** Who called; for the reader of a failure. */
  readonly process?: string | number;
  /** When it was called, in real or logical time. */
  readonly start: number;
  /** When its answer was seen, not before `start`. Operations that touch, as 1–2 and 2–3, are concurrent. */
  readonly end?: number;
  readonly input: Input;
  /** What the caller saw, a refusal included. Left out: the caller did not look, and any output will do. */
  readonly output?: Output;
  /**
   * `"ok"`, the default where there is an `end`: it took effect between start and end. `"unknown"`, the default where
   * there is none: it took effect at any moment after its start, or never. `"failed"`: it certainly had no effect; an
   * output that it has all the same must be explained like any other.
   */
  readonly outcome?: "ok" | "failed" | "unknown";
}

/** The part of an operation that {@link checkHistory} has made certain. */
export function outcomeOf({ outcome, end }: HistoryOperation): "ok" | "failed" | "unknown" {
  return outcome ?? (end === undefined ? "unknown" : "ok");
}

/** @throws TypeError naming path, value and remedy */
export function checkHistory(history: unknown): void {
  if (!Array.isArray(history))
    throw new TypeError(`history is ${formatValue(history)}; pass an array of operations.`);
  for (const [index, operation] of history.entries()) checkOperation(operation, `history[${index}]`);
}

function checkOperation(operation: unknown, path: string): void {
  if (typeof operation !== "object" || operation === null) {
    throw new TypeError(
      `${path} is ${formatValue(operation)}; pass an object with "start", "end", "input" and "output".`,
    );
  }
  // Just seen to be an object; each field is looked at before it is trusted.
  const { key, start, end, outcome } = operation as Record<keyof HistoryOperation, unknown>;
  const refuse = (field: string, value: unknown, remedy: string) => {
    throw new TypeError(`${path}.${field} is ${formatValue(value)}; ${remedy}.`);
  };
  if (!("input" in operation)) refuse("input", undefined, "pass what the object was asked for");
  if (key !== undefined && typeof key !== "string") refuse("key", key, "pass a string, or leave it out");
  if (!isTime(start)) refuse("start", start, "pass a finite number");
  if (outcome !== undefined && outcome !== "ok" && outcome !== "failed" && outcome !== "unknown") {
    refuse("outcome", outcome, 'pass "ok", "failed" or "unknown"');
  }
  if (end === undefined) {
    if (outcome === "ok" || (outcome === "failed" && "output" in operation)) {
      refuse("end", end, "tell when its answer was seen");
    }
    return;
  }
  if (!isTime(end))
    refuse("end", end, 'pass a finite number, or leave it out and let "outcome" be "unknown"');
  if (Number(end) < Number(start))
    refuse("end", end, `let it not be before its start, ${formatValue(start)}`);
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}
