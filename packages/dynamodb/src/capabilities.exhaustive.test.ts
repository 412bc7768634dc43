import { decrement, increment, type CounterStore } from "@durable-counter/core";
import { counterStoreContract } from "@durable-counter/testing";
import { beforeEach, describe, expect, test } from "vitest";
import {
  applyAll,
  createDynamoDBCounterStore,
  getMany,
  holds,
  type DynamoDBCapability,
  type DynamoDBCounterStoreOptions,
} from "./index.ts";
import { compact } from "./compaction.ts";
import { readItem } from "./read-item.ts";
import { createRequestContext } from "./request-context.ts";
import { parseStoreOptions } from "./store-options.ts";
import { createSimulation, NO_LATENCY, tableName } from "./simulated.fixture.ts";
import { partsOf } from "./table-items.fixture.ts";

let db: Awaited<ReturnType<typeof createSimulation>>;
beforeEach(async () => {
  db = await createSimulation({ latencyMs: NO_LATENCY });
});

const baseOptions = () => ({
  client: db.client(),
  tableName,
  now: () => db.clock.now(),
  sleep: (ms: number, options?: { readonly signal?: AbortSignal }) => db.clock.sleep(ms, options),
  random: () => db.random(),
});

/** A store with no capability: what most functions use. */
const createBasicStore = (
  options: Partial<DynamoDBCounterStoreOptions> = {},
  capabilities: readonly DynamoDBCapability[] = [],
) => createDynamoDBCounterStore({ ...baseOptions(), ...options, capabilities });

async function valuesOf(store: CounterStore): Promise<readonly number[]> {
  const values: number[] = [];
  for await (const { value } of store.list()) values.push(value);
  return values;
}

describe("a store without capabilities", () => {
  counterStoreContract({ describe, test, expect }, async (options = {}) => {
    db = await createSimulation({ latencyMs: NO_LATENCY });
    return createBasicStore(options);
  });

  test("has only the methods that every store has", () => {
    expect(Object.keys(createBasicStore()).toSorted()).toEqual([
      "apply",
      "delete",
      "get",
      "list",
      "supportsWindows",
    ]);
  });
});

test("a store has the methods of the capabilities that it was given", () => {
  const store = createDynamoDBCounterStore({ ...baseOptions(), capabilities: [getMany, holds] });
  expect(store).toMatchObject({
    getMany: expect.any(Function),
    hold: expect.any(Function),
    commit: expect.any(Function),
    release: expect.any(Function),
    held: expect.any(Function),
  });
  expect(store).not.toHaveProperty("applyAll");
});

describe("a counter with holds", () => {
  const id = "stock";
  const MISCONFIGURED =
    'Counter "stock" in table "counters" has holds, and this store was created without them. Create it with capabilities: [holds]. [misconfigured]';

  const received = { id, commands: [increment(10)], idempotencyKey: "received" };
  const calls: readonly [string, (store: CounterStore) => Promise<unknown>][] = [
    ["apply", (store) => store.apply({ id, commands: [decrement(1)], idempotencyKey: "a" })],
    ["get", (store) => store.get(id)],
    ["applyAll", async (store) => store.applyAll?.({ entries: [{ id, commands: [increment(1)] }] })],
    ["getMany", async (store) => store.getMany?.([id])],
    ["list", valuesOf],
  ];

  describe.each(["inline", "separate-item"] as const)("and keys %s", (strategy) => {
    const idempotency = { strategy };

    test.each(calls)("is refused by a store without the capability, and unchanged: %s", async (_, call) => {
      const store = db.createStore({ idempotency });
      await store.apply(received);
      await store.hold({ id, amount: 3, expiresIn: 900, idempotencyKey: "order-1" });
      const before = await partsOf(db.client(), tableName, id);
      const basic = createBasicStore({ idempotency }, [applyAll, getMany]);
      await expect(call(basic)).rejects.toMatchObject({ code: "misconfigured" });
      expect(await partsOf(db.client(), tableName, id)).toEqual(before);
    });

    test("still answers a request that has counted, without the capability", async () => {
      const store = db.createStore({ idempotency });
      await store.apply(received);
      await store.hold({ id, amount: 3, expiresIn: 900, idempotencyKey: "order-1" });
      expect(await createBasicStore({ idempotency }).apply(received)).toMatchObject({
        value: 10,
        replayed: true,
      });
    });

    test("is refused though the store has counted on it before the hold was placed", async () => {
      const basic = createBasicStore({ idempotency });
      await basic.apply(received);
      await db.createStore({ idempotency }).hold({ id, amount: 3, expiresIn: 1, idempotencyKey: "order-1" });
      await db.clock.sleep(2_000);
      await expect(basic.apply({ id, commands: [increment(1)] })).rejects.toThrow(MISCONFIGURED);
    });
  });

  test("is not in a list with a value that an expired hold has taken from: the list fails", async () => {
    const store = db.createStore();
    await store.apply(received);
    await store.hold({ id, amount: 3, expiresIn: 1, idempotencyKey: "order-1" });
    await db.clock.sleep(2_000);
    await expect(valuesOf(createBasicStore())).rejects.toThrow(MISCONFIGURED);
    expect(await valuesOf(store)).toEqual([10]);
  });

  test("keeps the keys of its holds where they are, if a store without the capability compacts the item", async () => {
    const store = db.createStore();
    // So many that a compaction would move them; they were placed after the store had written.
    for (let n = 0; n < 100; n++) {
      await store.hold({ id, amount: 1, expiresIn: 3_600, idempotencyKey: `order-${n}`, initial: 1_000 });
      await db.clock.sleep(600);
    }
    const signal = new AbortController().signal;
    const context = createRequestContext({ ...parseStoreOptions(baseOptions()), signal }, received);
    const item = await readItem(context.config, context, { consistent: true });
    expect(await compact(context, item)).toBe(false);
    expect(await readItem(context.config, context, { consistent: true })).toEqual(item);
  });

  test("can be deleted by a store without the capability", async () => {
    const store = db.createStore();
    await store.apply(received);
    await store.hold({ id, amount: 3, expiresIn: 900, idempotencyKey: "order-1" });
    await createBasicStore().delete(id);
    expect([await store.get(id), await store.held(id)]).toEqual([0, 0]);
  });
});

test.each([["holds"], [[{ name: "holds" }]], [[undefined]], [[holds, holds]]])(
  "capabilities that are none are refused: %j",
  (capabilities) => {
    const options = { ...baseOptions(), capabilities: capabilities as never };
    expect(() => createDynamoDBCounterStore(options)).toThrow(
      'import "holds", "applyAll" or "getMany" of @durable-counter/dynamodb, and pass each in an array once',
    );
  },
);
