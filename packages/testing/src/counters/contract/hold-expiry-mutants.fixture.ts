import { randomUUID } from "node:crypto";
import { ended, withAllMethodsOf, type HoldMutation } from "./hold-mutation.fixture.ts";

/** Mistakes with holds whose time is over. */
export const HOLD_EXPIRY_MUTANTS: Readonly<Record<string, HoldMutation>> = {
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
