import {
  applyBatch,
  ApplyRequest,
  Command,
  CounterOptions,
  isCounterError,
  parseInput,
  type BatchResult,
  type Limits,
} from "@durable-counter/core";
import { isDeepStrictEqual } from "node:util";
import {
  batchOf,
  describeCounterOperation,
  onlyReads,
  type CounterBatch,
  type CounterInput,
  type CounterOutput,
} from "./counter-operation.ts";
import type { SequentialModel } from "../linearizability/model.ts";

/** A counter and its idempotency keys, as the model keeps them. */
export interface CounterState {
  /** Missing if the counter was never written. */
  readonly value?: number;
  /** The batch that used each idempotency key. */
  readonly keys: ReadonlyMap<string, Use>;
}

interface Use {
  readonly commands: string;
  readonly before: number;
  readonly limits: Limits | undefined;
  /** The callers for whom it was refused, sorted. Missing if it counted. */
  readonly refusedTo?: readonly string[];
}

const UNWRITTEN: CounterState = { keys: new Map() };

/**
 * The model of a counter for `checkLinearizable`. A batch is applied all or nothing, and once per idempotency key. A
 * retry with its key gets the first results, `replayed`. With a `callerId`, it also gets the first refusal.
 *
 * @param options the options of the store. A request's own limits and initial value take precedence
 * @throws CounterError `invalid-input` for invalid options
 * @example
 * ```ts
 * checkLinearizable(store.history, counterModel({ limits: { min: 0 } }));
 * ```
 */
export function counterModel(
  options: CounterOptions = {},
): SequentialModel<CounterState, CounterInput, CounterOutput> {
  const defaults = parseInput(CounterOptions, options, "options");
  return {
    initial: UNWRITTEN,
    apply: (state, input) => {
      const batch = batchOf(input);
      return batch === undefined ? { state: UNWRITTEN, output: undefined } : apply(state, batch, defaults);
    },
    matches: isSeenOf,
    isIdle,
    hash: ({ value, keys }) =>
      keys.size === 0 ? String(value) : JSON.stringify([value, [...keys].toSorted(byKey)]),
    describe: describeCounterOperation,
    parse: parseOperation,
    simplify: withoutSingleKeys,
  };
}

function apply(state: CounterState, batch: CounterBatch, defaults: CounterOptions): Applied {
  const {
    commands,
    idempotencyKey,
    callerId,
    limits = defaults.limits,
    initial = defaults.initial ?? 0,
  } = batch;
  const use = idempotencyKey === undefined ? undefined : state.keys.get(idempotencyKey);
  if (use !== undefined && isAnswer(use, callerId)) {
    if (use.commands !== JSON.stringify(commands)) return { state, output: "idempotency-key-reused" };
    if (use.refusedTo !== undefined) return { state, output: "limit-exceeded" };
    return { state, output: { ...applyBatch(use.before, commands, use.limits), replayed: true } };
  }
  const before = state.value ?? initial;
  const keysWith = (idempotencyKey: string, refused: Pick<Use, "refusedTo">) =>
    new Map(state.keys).set(idempotencyKey, {
      commands: JSON.stringify(commands),
      before,
      limits,
      ...refused,
    });
  const result = attempt(before, batch, limits);
  if (result === "limit-exceeded") {
    if (idempotencyKey === undefined || callerId === undefined) return { state, output: result };
    const refusedTo = Array.from(new Set(use?.refusedTo).add(callerId)).toSorted();
    return { state: { ...state, keys: keysWith(idempotencyKey, { refusedTo }) }, output: result };
  }
  const output = { ...result, replayed: false };
  if (idempotencyKey !== undefined) {
    return { state: { value: result.value, keys: keysWith(idempotencyKey, {}) }, output };
  }
  // A batch that only reads creates no counter.
  return { state: onlyReads(batch) ? state : { ...state, value: result.value }, output };
}

function isAnswer({ refusedTo }: Use, callerId: string | undefined): boolean {
  return refusedTo === undefined || (callerId !== undefined && refusedTo.includes(callerId));
}

interface Applied {
  readonly state: CounterState;
  readonly output: CounterOutput;
}

function attempt(
  before: number,
  { commands }: CounterBatch,
  limits: Limits | undefined,
): BatchResult | "limit-exceeded" {
  try {
    return applyBatch(before, commands, limits);
  } catch (error) {
    if (isCounterError(error, "limit-exceeded")) return "limit-exceeded";
    throw error;
  }
}

/** A caller need not record everything that the store answered. */
function isSeenOf(seen: CounterOutput, expected: CounterOutput): boolean {
  if (typeof expected !== "object") return seen === expected;
  if (typeof seen === "number") return seen === expected.value;
  if (typeof seen !== "object") return false;
  const { value, results = expected.results, replayed = expected.replayed } = seen;
  return (
    value === expected.value && replayed === expected.replayed && isDeepStrictEqual(results, expected.results)
  );
}

/** A read, a refusal that is not recorded, or a repeated idempotency key. */
function isIdle(input: CounterInput, output: CounterOutput): boolean {
  if (output === "idempotency-key-reused") return true;
  if (typeof output === "object" && output.replayed === true) return true;
  const batch = batchOf(input);
  if (output === "limit-exceeded") return batch?.callerId === undefined;
  return batch !== undefined && batch.idempotencyKey === undefined && onlyReads(batch);
}

function parseOperation(input: unknown, path: string): CounterInput {
  const isObject = typeof input === "object" && input !== null;
  if (isObject && "type" in input && input.type === "delete") return { type: "delete" };
  if (!isObject || !("commands" in input)) return parseInput(Command, input, path);
  const { id: _id, ...batch } = parseInput(ApplyRequest, { id: "history", ...input }, path);
  return batch;
}

/**
 * Removes idempotency keys that occur once, because they change nothing. A batch that only reads keeps its key, which
 * makes it a write.
 */
function withoutSingleKeys(inputs: readonly CounterInput[]): readonly CounterInput[] {
  const uses = Map.groupBy(inputs, (input) => batchOf(input)?.idempotencyKey);
  return inputs.map((input) => {
    const batch = batchOf(input);
    if (batch?.idempotencyKey === undefined || onlyReads(batch)) return input;
    const { idempotencyKey, callerId: _callerId, ...rest } = batch;
    return uses.get(idempotencyKey)?.length === 1 ? rest : input;
  });
}

/** Sorts pairs by their first members, which differ. */
export function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
