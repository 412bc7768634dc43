import { CounterError } from "@durable-counter/core";
import { ended, type HoldMutation } from "./hold-mutation.fixture.ts";

/** Mistakes in committing and releasing holds. */
export const HOLD_ENDING_MUTANTS: Readonly<Record<string, HoldMutation>> = {
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
};
