import { formatValue } from "../format-value.ts";

/** One operation on a shared object, as its caller saw it. */
export interface HistoryOperation<Input = unknown, Output = unknown> {
  /** The object, if there are several independent ones. Default: there is only one. */
  readonly key?: string | undefined;
  /** The caller, for messages. */
  readonly process?: string | number | undefined;
  /** When the operation was called, in real or logical time. */
  readonly start: number;
  /** When its answer arrived, not before `start`. Operations that touch, such as 1–2 and 2–3, are concurrent. */
  readonly end?: number | undefined;
  readonly input: Input;
  /** The answer, which can be a refusal. Left out if the caller did not look at it; then any answer is possible. */
  readonly output?: Output;
  /**
   * `"ok"`: the operation took effect between its start and its end; the default if there is an `end`. `"unknown"`: it
   * took effect at any time after its start, or never; the default if there is no `end`. `"failed"`: it certainly had
   * no effect. If it has an output all the same, the output must be explained like any other.
   */
  readonly outcome?: "ok" | "failed" | "unknown" | undefined;
}

/** The outcome of a checked operation, with its default. */
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
  // An object, of which each field is checked here.
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
