import {
  decrement,
  endHold,
  isCounterError,
  valueAfterReturn,
  type CounterError,
  type CounterOptions,
  type Hold,
} from "@durable-counter/core";
import type { SequentialModel } from "../linearizability/model.ts";
import { counterModel, type CounterState } from "./counter-model.ts";
import type { CounterBatch } from "./counter-operation.ts";
import { expireHolds, sumOfHolds } from "./memory-holds.ts";

/** An operation on a counter with holds. `at` is when its call began, in milliseconds, by the clock of the store. */
export type HoldInput = { readonly at: number } & (
  | ({ readonly type: "apply" } & CounterBatch)
  | { readonly type: "get" | "held" | "delete" }
  | { readonly type: "hold"; readonly holdId: string; readonly amount: number; readonly expiresIn: number }
  | { readonly type: "commit"; readonly holdId: string; readonly amount?: number | undefined }
  | { readonly type: "release"; readonly holdId: string }
);

/**
 * What a caller saw: the value, or the sum that is held; the code of a refusal; of a hold that could not be ended, its state: `unknown`,
 * `committed`, `released` or `expired`. A commit or a release that was answered as `replayed` is
 * `"done"`: an earlier attempt of it may have ended the hold, and its value is that of a later moment.
 */
export type HoldOutput = number | string | undefined;

/** The state of a counter with holds: the counter, and its holds by id. */
export interface HoldState {
  readonly counter: CounterState;
  readonly holds: ReadonlyMap<string, PlacedHold>;
}

interface PlacedHold extends Hold {
  readonly expiresIn: number;
}

const UNWRITTEN: HoldState = { counter: { keys: new Map() }, holds: new Map() };
const id = "counter";

/**
 * The model of a counter with holds for `checkLinearizable`. A hold expires before the first operation that began at its time or
 * later.
 *
 * @param options the options of the store
 * @throws CounterError `invalid-input` for invalid options
 * @example
 * ```ts
 * checkLinearizable(history, holdModel({ limits: { min: 0 } }));
 * ```
 */
export function holdModel(options: CounterOptions = {}): SequentialModel<HoldState, HoldInput, HoldOutput> {
  const { initial = 0, limits } = options;
  const base = counterModel(options);
  const applied = (state: HoldState, batch: CounterBatch) => {
    const { state: counter, output } = base.apply(state.counter, batch);
    const seen = typeof output === "object" ? output.value : output;
    const isNew = typeof output === "object" && output.replayed !== true;
    return { state: { ...state, counter }, output: seen, isNew };
  };
  const ended = (state: HoldState, request: Parameters<typeof endHold>[1]) => {
    const hold = state.holds.get(request.holdId);
    try {
      const { end, back, replayed } = endHold(hold, request);
      const value = valueAfterReturn(state.counter.value ?? initial, back, request);
      if (replayed || hold === undefined) return { state, output: value };
      const holds = new Map(state.holds).set(request.holdId, { ...hold, end });
      return { state: { counter: { ...state.counter, value }, holds }, output: value };
    } catch (error) {
      if (!isCounterError(error)) throw error;
      return { state, output: refusalOf(error) };
    }
  };
  return {
    initial: UNWRITTEN,
    apply: (before, input) => {
      const state = withoutExpired(before, input.at);
      switch (input.type) {
        case "delete":
          return { state: UNWRITTEN, output: undefined };
        case "get":
          return { state, output: state.counter.value ?? initial };
        case "held":
          return {
            state,
            output: sumOfHolds(
              { value: undefined, values: new Map(), holds: new Map(state.holds) },
              input.at,
            ),
          };
        case "apply": {
          const { type: _type, at: _at, ...batch } = input;
          return applied(state, batch);
        }
        case "hold": {
          const { holdId, amount, expiresIn, at } = input;
          if ((state.holds.get(holdId)?.expiresIn ?? expiresIn) !== expiresIn)
            return { state, output: "idempotency-key-reused" };
          const placed = applied(state, {
            commands: [decrement(amount)],
            idempotencyKey: holdId,
            limits: { ...limits, onLimit: "reject" },
          });
          if (!placed.isNew) return placed;
          const hold = { amount, expiresIn, expiresAt: at + expiresIn * 1_000 };
          return { ...placed, state: { ...placed.state, holds: new Map(state.holds).set(holdId, hold) } };
        }
        case "commit":
        case "release":
          return ended(state, { id, ...input });
      }
    },
    matches: (seen, expected) => seen === expected || (seen === "done" && typeof expected === "number"),
    hash: ({ counter: { value, keys }, holds }) =>
      JSON.stringify([value, [...keys].toSorted(byName), [...holds].toSorted(byName)]),
    describe: ({ input: { type, at, ...rest }, output }) =>
      `${type} ${JSON.stringify(rest)} at ${at}: ${output === undefined ? "?" : output}`,
  };
}

/** How a model tells refusals apart: by the state of the hold, or by the code. */
export function refusalOf({ code, details: { hold } }: CounterError): string {
  return typeof hold === "string" ? hold : code;
}

function withoutExpired(state: HoldState, at: number): HoldState {
  const holdsBefore = new Map<string, PlacedHold>(state.holds);
  const counter = { value: state.counter.value, values: new Map(), holds: holdsBefore };
  expireHolds(counter, at);
  const { value, holds } = counter;
  return { counter: { ...state.counter, ...(value !== undefined && { value }) }, holds };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
