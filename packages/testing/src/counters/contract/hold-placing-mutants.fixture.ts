import { randomUUID } from "node:crypto";
import { CounterError, isCounterError } from "@durable-counter/core";
import type { HoldMutation } from "./hold-mutation.fixture.ts";

/** Mistakes in placing holds. */
export const HOLD_PLACING_MUTANTS: Readonly<Record<string, HoldMutation>> = {
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
};
