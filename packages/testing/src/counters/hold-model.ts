import {
  decrement,
  endHold,
  isCounterError,
  valueAfterReturn,
  type CounterError,
  type CounterOptions,
  type CounterWindow,
  type EndHoldRequest,
} from "@durable-counter/core";
import type { SequentialModel } from "../linearizability/model.ts";
import { byKey, counterModel, type CounterState } from "./counter-model.ts";
import type { CounterBatch } from "./counter-operation.ts";
import { expireHolds, sumOfHolds, type CounterWithHolds, type PlacedHold } from "./memory-holds.ts";

/** An operation on a counter with holds. `at` is when its call began, in milliseconds, by the clock of the store. */
export type HoldInput = { readonly at: number } & (
  | ({ readonly type: "apply" } & CounterBatch)
  | { readonly type: "get" | "held" | "delete" }
  | {
      readonly type: "hold";
      readonly holdId: string;
      readonly amount: number;
      readonly expiresIn: number;
      readonly issuedAt?: number | undefined;
    }
  | { readonly type: "commit"; readonly holdId: string; readonly amount?: number | undefined }
  | { readonly type: "release"; readonly holdId: string }
);

/** What a counter with holds starts from, and how its time is divided. */
export interface HoldModelOptions extends CounterOptions {
  /** Divides the time of the counter; undefined if it has no windows. */
  readonly window?: CounterWindow | undefined;
}

/**
 * What a caller saw: the value, or the sum that is held; the code of a refusal; of a hold that could not be ended, its state: `unknown`,
 * `committed`, `released` or `expired`. A commit or a release that was answered as `replayed` is
 * `"done"`: an earlier attempt of it may have ended the hold, and its value is that of a later moment.
 */
export type HoldOutput = number | string | undefined;

/** The state of a counter with holds. */
export interface HoldState {
  /** The counter of each window, by its start; only that of `undefined` without windows. */
  readonly counters: ReadonlyMap<number | undefined, CounterState>;
  /** By id. */
  readonly holds: ReadonlyMap<string, OneHold>;
}

interface OneHold extends PlacedHold {
  readonly expiresIn: number;
}

const UNWRITTEN_COUNTER: CounterState = { keys: new Map() };
const UNWRITTEN: HoldState = { counters: new Map(), holds: new Map() };
const id = "counter";

/**
 * The model of a counter with holds for `checkLinearizable`. A hold expires before the first operation that began at its time or
 * later. With a `window`, a request counts in the window in which it was issued, a retry where the first attempt has counted, and
 * what a hold gives back goes to the window of the hold.
 *
 * @param options the options of the store
 * @throws CounterError `invalid-input` for invalid options
 * @example
 * ```ts
 * checkLinearizable(history, holdModel({ limits: { min: 0 } }));
 * ```
 */
export function holdModel({ window, ...options }: HoldModelOptions = {}): SequentialModel<
  HoldState,
  HoldInput,
  HoldOutput
> {
  const { initial = 0, limits } = options;
  const base = counterModel(options);
  const valueAt = ({ counters }: HoldState, start: number | undefined) =>
    counters.get(start)?.value ?? initial;
  const applied = (state: HoldState, batch: CounterBatch, issuedAt: number) => {
    const start = usedIn(state, batch.idempotencyKey) ?? window?.at(issuedAt).startsAt;
    const { state: counter, output } = base.apply(state.counters.get(start) ?? UNWRITTEN_COUNTER, batch);
    const seen = typeof output === "object" ? output.value : output;
    const isNew = typeof output === "object" && output.replayed !== true;
    const counters = new Map(state.counters).set(start, counter);
    return { state: { ...state, counters }, output: seen, isNew };
  };
  const ended = (state: HoldState, request: EndHoldRequest) => {
    const hold = state.holds.get(request.holdId);
    const start = hold?.period?.startsAt;
    try {
      const { end, back, replayed } = endHold(hold, request);
      const value = valueAfterReturn(valueAt(state, start), back, request);
      if (replayed || hold === undefined) return { state, output: value };
      const holds = new Map(state.holds).set(request.holdId, { ...hold, end });
      return { state: { counters: withValue(state.counters, start, value), holds }, output: value };
    } catch (error) {
      if (!isCounterError(error)) throw error;
      return { state, output: refusalOf(error) };
    }
  };
  return {
    initial: UNWRITTEN,
    apply: (before, input) => {
      const { at } = input;
      const state = withoutExpired(before, at);
      switch (input.type) {
        case "delete":
          return { state: UNWRITTEN, output: undefined };
        case "get":
          return { state, output: valueAt(state, window?.at(at).startsAt) };
        case "held":
          return { state, output: sumOfHolds(mutableCopy(state), at, window?.at(at)) };
        case "apply": {
          const { type: _type, at: _at, issuedAt = at, ...batch } = input;
          return applied(state, batch, issuedAt);
        }
        case "hold": {
          const { holdId, amount, expiresIn, issuedAt = at } = input;
          if ((state.holds.get(holdId)?.expiresIn ?? expiresIn) !== expiresIn)
            return { state, output: "idempotency-key-reused" };
          const batch = {
            commands: [decrement(amount)],
            idempotencyKey: holdId,
            limits: { ...limits, onLimit: "reject" },
          } as const;
          const placed = applied(state, batch, issuedAt);
          if (!placed.isNew) return placed;
          const hold = { amount, expiresIn, expiresAt: at + expiresIn * 1_000, period: window?.at(issuedAt) };
          return { ...placed, state: { ...placed.state, holds: new Map(state.holds).set(holdId, hold) } };
        }
        case "commit":
        case "release":
          return ended(state, { id, ...input });
      }
    },
    matches: (seen, expected) => seen === expected || (seen === "done" && typeof expected === "number"),
    hash: ({ counters, holds }) =>
      JSON.stringify([
        [...counters]
          .toSorted(([a = 0], [b = 0]) => a - b)
          .map(([start, { value, keys }]) => [start, value, [...keys].toSorted(byKey)]),
        [...holds].toSorted(byKey),
      ]),
    describe: ({ input: { type, at, ...rest }, output }) =>
      `${type} ${JSON.stringify(rest)} at ${at}: ${output === undefined ? "?" : output}`,
  };
}

/** The window in which a key was used; undefined for a new key. */
function usedIn({ counters }: HoldState, idempotencyKey: string | undefined): number | undefined {
  if (idempotencyKey === undefined) return undefined;
  return [...counters].find(([, { keys }]) => keys.has(idempotencyKey))?.[0];
}

function withValue(
  counters: HoldState["counters"],
  start: number | undefined,
  value: number,
): HoldState["counters"] {
  return new Map(counters).set(start, { ...(counters.get(start) ?? UNWRITTEN_COUNTER), value });
}

/** How a model tells refusals apart: by the state of the hold, or by the code. */
export function refusalOf({ code, details: { hold } }: CounterError): string {
  return typeof hold === "string" ? hold : code;
}

function withoutExpired(state: HoldState, at: number): HoldState {
  const counter = mutableCopy(state);
  expireHolds(counter, at);
  const { value, values, holds } = counter;
  let { counters } = state;
  if (value !== undefined) counters = withValue(counters, undefined, value);
  for (const [start, inWindow] of values) counters = withValue(counters, start, inWindow);
  return { counters, holds };
}

/** The same counter as a store in memory keeps it. */
function mutableCopy({ counters, holds }: HoldState): CounterWithHolds<OneHold> {
  const values = new Map<number, number>();
  for (const [start, { value }] of counters)
    if (start !== undefined && value !== undefined) values.set(start, value);
  return { value: counters.get(undefined)?.value, values, holds: new Map(holds) };
}
