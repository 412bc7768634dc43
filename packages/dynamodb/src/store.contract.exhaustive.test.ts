import {
  isCounterError,
  type ApplyRequest,
  type CallOptions,
  type CounterStore,
  type CounterWindow,
} from "@durable-counter/core";
import { counterStoreContract, type StoreCapability } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { testSeed } from "../../../scripts/test/random.ts";
import { EVERY_FAULT, type VirtualClock } from "@durable-counter/testing/dynamodb";
import type { FullStore } from "./full-store.fixture.ts";
import { createStoreWithMovedHolds } from "./moved-holds.fixture.ts";
import { keys, putOthers } from "./shared-table.fixture.ts";
import { createSimulation, simulatedEngines, strategiesOf, tableName } from "./simulated.fixture.ts";

/**
 * A caller that asks again with the same idempotency key, as errors tell it to. Whether a request was replayed is
 * decided here: where a reply was lost, the store cannot tell its own attempt from an earlier request.
 *
 * @param drain waits until nothing is under way: a write that arrives after a deletion starts a new counter, and a late copy of
 *   the deletion would delete it
 */
function retrying(store: FullStore, drain: () => Promise<void>): CounterStore {
  const known = new Map<string, Set<string | undefined>>();
  const untilAnswered = async <T>(
    options: CallOptions | undefined,
    call: (idempotencyKey?: string) => Promise<T>,
  ): Promise<T> => {
    let idempotencyKey: string | undefined;
    for (;;) {
      try {
        return await call(idempotencyKey);
      } catch (error) {
        if (!isCounterError(error) || !error.retryable || options?.signal?.aborted) throw error;
        idempotencyKey ??= error.details["idempotencyKey"] as string | undefined; // what an unknown outcome tells to ask with
      }
    }
  };
  const untilKnown = async <T extends { readonly replayed: boolean }>(
    ids: readonly string[],
    idempotencyKey: string | undefined,
    options: CallOptions | undefined,
    call: (generatedKey?: string) => Promise<T>,
  ): Promise<T> => {
    const used = ids.map((id) => known.get(id) ?? new Set<string | undefined>());
    const replayed = idempotencyKey !== undefined && used.some((keys) => keys.has(idempotencyKey));
    for (const [index, id] of ids.entries()) known.set(id, (used[index] ?? new Set()).add(idempotencyKey));
    try {
      return { ...(await untilAnswered(options, call)), replayed };
    } catch (error) {
      if (!replayed) for (const keys of used) keys.delete(idempotencyKey);
      throw error;
    }
  };
  // With another window, the same id is another counter.
  const nameOf = (id: string, window?: CounterWindow) => `${id}\n${window?.name ?? ""}`;
  return {
    supportsWindows: store.supportsWindows,
    apply: async (request, options) => {
      // Not even an object, where the contract is about bad input.
      const { id = "", idempotencyKey, window } = (request ?? {}) as Partial<ApplyRequest>;
      return untilKnown([nameOf(id, window)], idempotencyKey, options, (generatedKey = idempotencyKey) =>
        store.apply(
          generatedKey === undefined ? request : { ...request, idempotencyKey: generatedKey },
          options,
        ),
      );
    },
    applyAll: async (request, options) => {
      const ids = request.entries.map(({ id, window }) => nameOf(id, window));
      return untilKnown(ids, request.idempotencyKey, options, (idempotencyKey = request.idempotencyKey) =>
        store.applyAll({ ...request, idempotencyKey }, options),
      );
    },
    getMany: (ids, options) => untilAnswered(options, () => store.getMany(ids, options)),
    get: (id, options) => untilAnswered(options, () => store.get(id, options)),
    delete: async (id, options) => {
      await drain();
      if (options?.signal?.aborted !== true) known.delete(nameOf(id, options?.window));
      await untilAnswered(options, () => store.delete(id, options));
      await drain();
    },
    list: (options) => store.list(options),
  };
}

let clock: VirtualClock;
const advanceTime = (ms: number) => clock.sleep(ms);

describe.each([
  { list: "a list", hasList: true },
  { list: "no list", hasList: false },
])("the store, with every hold in an item of its own, and $list of moved keys", ({ hasList }) => {
  const onlyHolds = (name: string, body: () => void) => {
    if (name === "holds" || name === "capabilities with windows") body();
  };
  counterStoreContract(
    { describe: onlyHolds, test, expect },
    async (options = {}) => {
      const db = await createSimulation({ seed: testSeed }, { keys });
      ({ clock } = db);
      const own = {
        client: db.client(),
        tableName,
        keys,
        now: () => db.clock.now(),
        sleep: (ms: number) => db.clock.sleep(ms),
        random: () => db.random(),
      };
      return createStoreWithMovedHolds({ ...own, ...options }, { hasList });
    },
    { capabilities: ["holds", "windows"], advanceTime },
  );
});

describe.each(simulatedEngines)("the store on $engine", ({ transactions }) => {
  const withoutHolds: readonly StoreCapability[] = transactions
    ? ["applyAll", "getMany", "windows"]
    : ["getMany", "windows"];
  const capabilities: readonly StoreCapability[] = [...withoutHolds, "holds"];

  describe.each(strategiesOf({ transactions }))("with the strategy %s", (strategy) => {
    counterStoreContract(
      { describe, test, expect },
      async (options = {}) => {
        const db = await createSimulation({ seed: testSeed, transactions });
        ({ clock } = db);
        return db.createStore({ idempotency: { strategy }, ...options });
      },
      { capabilities, advanceTime },
    );
  });

  describe("in a table of other items", () => {
    counterStoreContract(
      { describe, test, expect },
      async (options = {}) => {
        const db = await createSimulation({ seed: testSeed, transactions }, { keys });
        await putOthers(db.client(), tableName);
        ({ clock } = db);
        return db.createStore(options);
      },
      { capabilities, advanceTime },
    );
  });

  describe.each(strategiesOf({ transactions }))(
    "with the strategy %s, through a network with every fault",
    (strategy) => {
      let stores = 0;
      counterStoreContract(
        { describe, test, expect },
        async (options = {}) => {
          const { createStore, network } = await createSimulation({
            seed: testSeed + ++stores,
            faults: EVERY_FAULT,
            transactions,
          });
          const clientOptions = { maxAttempts: 2 };
          const store = createStore({ idempotency: { strategy }, ...options, clientOptions });
          return retrying(store, () => network.drain());
        },
        { capabilities: withoutHolds },
      );
    },
  );
});
