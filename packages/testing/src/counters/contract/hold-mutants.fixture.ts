import { randomUUID } from "node:crypto";
import { CounterError, isCounterError, type CounterOptions, type CounterStore } from "@durable-counter/core";
import { MemoryCounterStore } from "../memory-counter-store.ts";

/** A store with holds, made wrong. */
interface Mutation {
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

const ended = (value: number) => ({ value, replayed: false });

/** The mistakes that a developer of holds could make. */
export const HOLD_MUTANTS: Readonly<Record<string, Mutation>> = {
  "takes a hold only when it is committed": {
    breaks: "a hold takes its amount from the value at once",
    of: (store) => ({
      hold: async (request) => ({
        ...(await store.hold(request)),
        value: (await store.get(request.id)) + request.amount,
      }),
    }),
  },
  "tells of the latest hold only": {
    breaks: "the holds of a counter add up, and other counters have none of them",
    of: (store) => {
      let latest = 0;
      return {
        hold: async (request) => {
          latest = request.amount;
          return store.hold(request);
        },
        held: async (id) => Math.min(latest, await store.held(id)),
      };
    },
  },
  "holds what is not there": {
    breaks: "a hold that would pass the minimum is refused, and takes nothing",
    of: (store) => ({ hold: (request) => store.hold({ ...request, limits: {} }) }),
  },
  "clamps holds": {
    breaks: "a hold that would be clamped is refused",
    of: (store) => ({
      hold: async (request) => {
        const amount = Math.min(request.amount, Math.max(1, await store.get(request.id)));
        return store.hold({ ...request, amount });
      },
    }),
  },
  "overlooks the limits of a hold": {
    breaks: "the limits and the initial value of a hold replace those of the store",
    of: (store) => ({ hold: ({ limits: _limits, ...request }) => store.hold(request) }),
  },
  "takes a hold again for each retry": {
    breaks: "a hold that is sent again gets the first result, and takes nothing",
    of: (store) => ({
      hold: async (request) => {
        const { replayed } = await store.hold(request);
        return store.hold(replayed ? { ...request, idempotencyKey: randomUUID() } : request);
      },
    }),
  },
  "takes any hold with a known key for a retry": {
    breaks:
      "the key of a hold cannot be used for another amount, another time or a batch, nor that of a batch for a hold",
    of: (store) => ({
      hold: async (request) => {
        try {
          return await store.hold(request);
        } catch (error) {
          if (!isCounterError(error, "idempotency-key-reused")) throw error;
          const { idempotencyKey: holdId = "" } = request;
          return { holdId, value: await store.get(request.id), expiresAt: 0, replayed: true };
        }
      },
    }),
  },
  "gives every hold the same id": {
    breaks: "a hold without a key gets an id of its own",
    of: (store) => ({ hold: (request) => store.hold({ idempotencyKey: "hold", ...request }) }),
  },
  "forgets refused holds": {
    breaks: "a refused hold is final for its caller, whatever the value is later",
    of: (store) => ({ hold: ({ callerId: _callerId, ...request }) => store.hold(request) }),
  },
  "checks first and takes the hold later": {
    breaks: "concurrent holds never pass the minimum, and as many succeed as it allows",
    of: (store) => ({
      hold: async (request) => {
        const value = await store.get(request.id);
        await Promise.resolve();
        if (value < request.amount) throw new CounterError("limit-exceeded", "Too much.");
        return store.hold({ ...request, limits: {} });
      },
    }),
  },
  "keeps the holds of deleted counters": {
    breaks: "the holds of a deleted counter are forgotten",
    of: (store, { other }) => ({
      hold: async (request) => {
        await other.hold(request);
        return store.hold(request);
      },
      release: (request) => store.release(request).catch(() => other.release(request)),
    }),
  },

  "commits whatever its signal says": {
    breaks: "a call of a capability whose signal has aborted changes nothing, and is unavailable",
    of: (store) => ({ commit: (request) => store.commit(request) }),
  },
  "keeps committed holds open": {
    breaks: "a committed hold stays taken",
    of: (store) => ({ commit: async ({ id }) => ended(await store.get(id)) }),
  },
  "takes all of a hold for a partial commit": {
    breaks: "a partial commit gives the rest back, whatever the limits are",
    of: (store) => ({ commit: ({ amount: _amount, ...request }) => store.commit(request) }),
  },
  "releases within the limits only": {
    breaks: "a release gives all of it back, whatever the limits are",
    of: (store) => ({
      release: async (request) => {
        const { value } = await store.release(request);
        if (value > 10) throw new CounterError("limit-exceeded", "Too much.");
        return ended(value);
      },
    }),
  },
  "does not know committed holds any more": {
    breaks: "a hold that is committed again with its amount changes nothing",
    of: (store) => ({
      commit: async (request) => {
        const result = await store.commit(request);
        if (result.replayed) throw new CounterError("invalid-input", "No such hold.");
        return result;
      },
    }),
  },
  "commits again with any amount": {
    breaks: "a hold that is committed again with another amount is refused",
    of: (store) => ({
      commit: (request) => store.commit(request).catch(async () => ended(await store.get(request.id))),
    }),
  },
  "commits what was released": {
    breaks: "a hold that was released cannot be committed, and releasing it again changes nothing",
    of: (store) => ({
      release: async ({ id, holdId }) => {
        await store.commit({ id, holdId, amount: 0 });
        return { value: await store.get(id), replayed: false };
      },
    }),
  },
  "releases what was committed": {
    breaks: "a hold that was committed cannot be released",
    of: (store) => ({
      release: (request) => store.release(request).catch(async () => ended(await store.get(request.id))),
    }),
  },
  "commits more than is held": {
    breaks: "no more than the held amount can be committed, and the hold stays open",
    of: (store) => ({
      commit: async (request) =>
        store.commit(request).catch(() => store.commit({ id: request.id, holdId: request.holdId })),
    }),
  },
  "takes any id for that of a hold": {
    breaks: "a hold that was never placed cannot be committed or released",
    of: (store) => ({
      release: async (request) =>
        store.release(request).catch(async () => ended(await store.get(request.id))),
    }),
  },
  "says too little about holds": {
    breaks: "the error of a hold that cannot be ended says for programs how it ended",
    of: (store) => ({
      commit: (request) =>
        store.commit(request).catch((error: Error) => {
          throw new CounterError("invalid-input", error.message);
        }),
    }),
  },
  "releases beyond 2^53": {
    breaks: "what comes back never passes 2^53 − 1, and the hold stays open",
    of: (store) => ({
      release: (request) => store.release(request).catch(() => ended(Number.MAX_SAFE_INTEGER)),
    }),
  },
  "ends a hold twice at the same time": {
    breaks: "of concurrent commits and releases of one hold, one ends it and the others learn how",
    of: (store) => {
      const open = new Set<string>();
      return {
        hold: async (request) => {
          open.add(request.idempotencyKey ?? "");
          return store.hold(request);
        },
        release: async (request) => {
          const wasOpen = open.has(request.holdId);
          await Promise.resolve();
          open.delete(request.holdId);
          if (!wasOpen) return store.release(request);
          return store.release(request).catch(async () => ended(await store.get(request.id)));
        },
      };
    },
  },
  "loses what a release gives back": {
    breaks: "what is free, held and committed adds up to the same sum, whatever happens to the holds",
    of: (store) => ({
      release: async (request) => ended((await store.commit(request)).value),
    }),
  },

  "never lets a hold expire": {
    breaks: "an expired hold gives its amount back to the next read",
    of: (_store, { frozen }) => withAllMethodsOf(frozen),
  },
  "gives back at a read only": {
    breaks: "an expired hold gives its amount back to the next batch",
    of: (store, { frozen }) => ({
      ...withAllMethodsOf(frozen),
      get: async (id) => {
        const value = await frozen.get(id);
        await store.get(id);
        return value;
      },
    }),
  },
  "does not look for expired holds when it places one": {
    breaks: "an expired hold gives its amount back to the next hold, and to the next commit and release",
    of: (store) => ({
      hold: async (request) => ({ ...(await store.hold(request)), value: -1 }),
    }),
  },
  "gives back within the limits only": {
    breaks: "an expired hold comes back though a limit forbids it, and only once",
    of: (store) => ({ get: async (id, options) => Math.min(10, await store.get(id, options)) }),
  },
  "commits what has expired": {
    breaks: "an expired hold cannot be committed, and a release has nothing left to do",
    of: (store) => ({
      commit: (request) => store.commit(request).catch(async () => ended(await store.get(request.id))),
    }),
  },
  "lets committed holds expire": {
    breaks: "a hold that ended in time does not expire",
    of: (store) => ({ commit: async ({ id }) => ended(await store.get(id)) }),
  },
  "lets every hold expire with the first": {
    breaks: "each hold expires at its own time, in whatever order they were placed",
    of: (store) => ({ hold: (request) => store.hold({ ...request, expiresIn: 1 }) }),
  },
  "places an expired hold again": {
    breaks: "a hold that is sent again after it expired gets its first result, and takes nothing",
    of: (store) => ({
      hold: async (request) => {
        const first = await store.hold(request);
        const isOver = first.replayed && (await store.held(request.id)) === 0;
        return isOver ? store.hold({ ...request, idempotencyKey: randomUUID() }) : first;
      },
    }),
  },
};

/** A store with one of the mutations, or with none, and how its clock moves on. */
export function createHoldMutant(bug: string | undefined) {
  let now = 0;
  return {
    advanceTime: (ms: number) => {
      now += ms;
    },
    createStore: (options: CounterOptions = {}): CounterStore => {
      const create = (clock: () => number) => new MemoryCounterStore({ ...options, now: clock });
      const store = create(() => now);
      const tools = { other: create(() => now), frozen: create(() => 0) };
      return { ...withAllMethodsOf(store), ...(bug !== undefined && HOLD_MUTANTS[bug]?.of(store, tools)) };
    },
  };
}

function withAllMethodsOf(store: MemoryCounterStore) {
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
