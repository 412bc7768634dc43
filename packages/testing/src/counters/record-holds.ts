import { isCounterError, type HoldEndResult, type StoreWithHolds } from "@durable-counter/core";
import type { HistoryOperation } from "../linearizability/history.ts";
import { refusalOf, type HoldInput, type HoldOutput } from "./hold-model.ts";

type WithoutTime<Input> = Input extends unknown ? Omit<Input, "at"> : never;

/** Calls stores with holds, and records what they answered. */
export interface HoldRecorder {
  /** All calls so far, for `checkLinearizable` with `holdModel`. */
  readonly history: readonly HistoryOperation<HoldInput, HoldOutput>[];
  /** Calls a store on the one counter of the history. It never rejects with a `CounterError`, which is an answer, too. */
  readonly call: (
    store: StoreWithHolds,
    process: string | number,
    input: WithoutTime<HoldInput>,
  ) => Promise<void>;
}

/**
 * Records the calls of stores with holds, in logical time.
 *
 * @param now the clock of the stores, in milliseconds
 * @example
 * ```ts
 * const { history, call } = recordHolds(() => now);
 * await call(store, 1, { type: "hold", holdId: "x", amount: 2, expiresIn: 60 });
 * ```
 */
export function recordHolds(now: () => number): HoldRecorder {
  const history: HistoryOperation<HoldInput, HoldOutput>[] = [];
  let time = 0;
  const call = async (store: StoreWithHolds, process: string | number, asked: WithoutTime<HoldInput>) => {
    const input: HoldInput = { ...asked, at: now() };
    const recorded = { process, input, start: (time += 1) };
    const index = history.push({ ...recorded, outcome: "unknown" }) - 1;
    const saw = (output: HoldOutput) => {
      history[index] = { ...recorded, end: (time += 1), outcome: "ok", output };
    };
    try {
      saw(await send(store, input));
    } catch (error) {
      if (!isCounterError(error)) throw error;
      if (!error.retryable) saw(refusalOf(error));
      else if (error.code !== "outcome-unknown")
        history[index] = { ...recorded, end: (time += 1), outcome: "failed" };
    }
  };
  return { history, call };
}

async function send(store: StoreWithHolds, input: HoldInput): Promise<HoldOutput> {
  const id = "a";
  switch (input.type) {
    case "apply": {
      const { type: _type, at: _at, ...batch } = input;
      return (await store.apply({ id, ...batch })).value;
    }
    case "get":
      return store.get(id, { consistent: true });
    case "held":
      return store.held(id);
    case "delete":
      return store.delete(id) as Promise<undefined>;
    case "hold": {
      const { holdId: idempotencyKey, type: _type, at: _at, ...request } = input;
      return (await store.hold({ id, idempotencyKey, ...request })).value;
    }
    case "commit": {
      const { holdId, amount } = input;
      return valueOf(await store.commit({ id, holdId, amount }));
    }
    case "release":
      return valueOf(await store.release({ id, holdId: input.holdId }));
  }
}

function valueOf({ value, replayed }: HoldEndResult): HoldOutput {
  return replayed ? "done" : value;
}
