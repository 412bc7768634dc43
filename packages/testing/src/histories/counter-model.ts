import {
  applyBatch,
  ApplyRequest,
  Command,
  CounterOptions,
  isCounterError,
  parse,
  type BatchResult,
  type Limits,
} from "@durable-counter/core";
import { isDeepStrictEqual } from "node:util";
import {
  batchOf,
  describeCounterOperation,
  type CounterBatch,
  type CounterInput,
  type CounterOutput,
} from "./counter-operation.ts";
import type { SequentialModel } from "./model.ts";

export interface CounterState {
  /** Missing where the counter was never written. */
  readonly value?: number;
  /** The batches that tokens stand for. */
  readonly tokens: ReadonlyMap<string, Use>;
}

interface Use {
  readonly commands: string;
  readonly before: number;
  readonly limits: Limits | undefined;
  /** The callers for whom it was refused, in order; missing where it counted. */
  readonly refusedTo?: readonly string[];
}

const UNWRITTEN: CounterState = { tokens: new Map() };

/**
 * A counter as `CounterStore` promises it: a batch is applied all or nothing, and once per token. One that comes back
 * with its token is answered with the first results, `replayed`; a `caller` also with the first refusal.
 *
 * @param options what the store was set up with; a request's own limits and initial value go before
 * @throws CounterError `invalid-command` for options that cannot be
 */
export function counterModel(
  options: CounterOptions = {},
): SequentialModel<CounterState, CounterInput, CounterOutput> {
  const defaults = parse(CounterOptions, options, "options");
  return {
    initial: UNWRITTEN,
    apply: (state, input) => {
      const batch = batchOf(input);
      return batch === undefined ? { state: UNWRITTEN, output: undefined } : apply(state, batch, defaults);
    },
    matches: isSeenOf,
    isIdle,
    hash: ({ value, tokens }) =>
      tokens.size === 0 ? String(value) : JSON.stringify([value, [...tokens].toSorted(byToken)]),
    describe: describeCounterOperation,
    parse: parseInput,
    simplify: withoutSingleTokens,
  };
}

function apply(state: CounterState, batch: CounterBatch, defaults: CounterOptions): Applied {
  const { commands, token, caller, limits = defaults.limits, initial = defaults.initial ?? 0 } = batch;
  const use = token === undefined ? undefined : state.tokens.get(token);
  if (use !== undefined && isAnswer(use, caller)) {
    if (use.commands !== JSON.stringify(commands)) return { state, output: "token-reused" };
    if (use.refusedTo !== undefined) return { state, output: "limit-exceeded" };
    return { state, output: { ...applyBatch(use.before, commands, use.limits), replayed: true } };
  }
  const before = state.value ?? initial;
  const tokensWith = (token: string, refused: Pick<Use, "refusedTo">) =>
    new Map(state.tokens).set(token, { commands: JSON.stringify(commands), before, limits, ...refused });
  const result = attempt(before, batch, limits);
  if (result === "limit-exceeded") {
    if (token === undefined || caller === undefined) return { state, output: result };
    const refusedTo = Array.from(new Set(use?.refusedTo).add(caller)).toSorted();
    return { state: { ...state, tokens: tokensWith(token, { refusedTo }) }, output: result };
  }
  const output = { ...result, replayed: false };
  if (token !== undefined) {
    return { state: { value: result.value, tokens: tokensWith(token, {}) }, output };
  }
  // A batch that only reads creates nothing.
  return { state: onlyReads(batch) ? state : { ...state, value: result.value }, output };
}

function isAnswer({ refusedTo }: Use, caller: string | undefined): boolean {
  return refusedTo === undefined || (caller !== undefined && refusedTo.includes(caller));
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

/** What a caller recorded need not be all that the store answered. */
function isSeenOf(seen: CounterOutput, expected: CounterOutput): boolean {
  if (typeof expected !== "object") return seen === expected;
  if (typeof seen === "number") return seen === expected.value;
  if (typeof seen !== "object") return false;
  const { value, results = expected.results, replayed = expected.replayed } = seen;
  return (
    value === expected.value && replayed === expected.replayed && isDeepStrictEqual(results, expected.results)
  );
}

/** A read, a refusal that is not remembered, or a token that came again. */
function isIdle(input: CounterInput, output: CounterOutput): boolean {
  if (output === "token-reused") return true;
  if (typeof output === "object" && output.replayed === true) return true;
  const batch = batchOf(input);
  if (output === "limit-exceeded") return batch?.caller === undefined;
  return batch !== undefined && batch.token === undefined && onlyReads(batch);
}

function parseInput(input: unknown, path: string): CounterInput {
  const isObject = typeof input === "object" && input !== null;
  if (isObject && "type" in input && input.type === "delete") return { type: "delete" };
  if (!isObject || !("commands" in input)) return parse(Command, input, path);
  const { id: _id, ...batch } = parse(ApplyRequest, { id: "history", ...input }, path);
  return batch;
}

/** A token that nobody sends again changes nothing, but for a batch that only reads: it makes it a write. */
function withoutSingleTokens(inputs: readonly CounterInput[]): readonly CounterInput[] {
  const uses = new Map<string | undefined, number>();
  for (const input of inputs) {
    const token = batchOf(input)?.token;
    uses.set(token, (uses.get(token) ?? 0) + 1);
  }
  return inputs.map((input) => {
    const batch = batchOf(input);
    if (batch?.token === undefined || uses.get(batch.token) !== 1 || onlyReads(batch)) return input;
    const { token: _token, caller: _caller, ...rest } = batch;
    return rest;
  });
}

function onlyReads({ commands }: CounterBatch): boolean {
  return commands.every(({ type }) => type === "get");
}

function byToken([a]: readonly [string, Use], [b]: readonly [string, Use]): number {
  return a < b ? -1 : 1;
}
