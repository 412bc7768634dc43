import type { CounterStore } from "@durable-counter/core";
import type { MemoryCounterStore } from "../memory-counter-store.ts";

/** A store with holds, made wrong. */
export interface HoldMutation {
  /** A rule that must fail. */
  readonly breaks: string;
  readonly of: (store: MemoryCounterStore, tools: Tools) => Partial<CounterStore>;
}

interface Tools {
  /** Another store with the same clock, for what a mutant mixes up. */
  readonly other: MemoryCounterStore;
  /** The same store with a clock that stands still. */
  readonly frozen: MemoryCounterStore;
}

/** How a hold has ended that a mutant has not ended. */
export const ended = (value: number) => ({ value, replayed: false });

/** A store that has the methods of another one as its own, so that a mutant can replace some. */
export function withAllMethodsOf(store: MemoryCounterStore) {
  return {
    apply: (request, options) => store.apply(request, options),
    get: (id, options) => store.get(id, options),
    delete: (id, options) => store.delete(id, options),
    list: (options) => store.list(options),
    hold: (request, options) => store.hold(request, options),
    commit: (request, options) => store.commit(request, options),
    release: (request, options) => store.release(request, options),
    held: (id, options) => store.held(id, options),
  } satisfies CounterStore;
}
