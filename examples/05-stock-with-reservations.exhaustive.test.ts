// Whatever point its process dies at, a reservation is sold, cancelled or sold out, and the stock is what it should be then.
import { increment, type StoreWithHolds } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable, holds } from "@durable-counter/dynamodb";
import { crashable, exploreCrashes, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { createReservationHandler } from "./05-stock-with-reservations.ts";
import order from "./events/order.json" with { type: "json" };

const STOCK = 10;
const limits = { min: 0 };
const tableName = "counters";

async function inMemory() {
  let now = 0;
  const pass = async (ms: number) => void (now += ms);
  return { store: new MemoryCounterStore({ limits, now: () => now }), drain: async () => {}, pass };
}

async function inDynamoDB() {
  const db = createSimulatedDynamoDB();
  await ensureCounterTable(db.client(), tableName);
  const store = createDynamoDBCounterStore({
    client: db.client(),
    tableName,
    capabilities: [holds],
    limits,
    now: db.clock.now,
    sleep: (ms, options) => db.clock.sleep(ms, options),
    random: () => db.random(),
  });
  return { store, drain: db.network.drain, pass: (ms: number) => db.clock.sleep(ms) };
}

interface Backend {
  readonly store: StoreWithHolds;
  readonly drain: () => Promise<void>;
  readonly pass: (ms: number) => Promise<void>;
}

const paid = () => "paid";
const declined = () => {
  throw new Error("Declined");
};

describe.each<[string, () => Promise<Backend>]>([
  ["in memory", inMemory],
  ["in DynamoDB", inDynamoDB],
])("reservations of stock %s", (_, open) => {
  test.each([
    ["is paid", STOCK, paid, { status: "sold", left: STOCK - order.quantity }],
    ["is declined", STOCK, declined, { status: "cancelled", left: STOCK }],
    ["finds too little", order.quantity - 1, paid, { status: "sold out", left: order.quantity - 1 }],
  ] as const)(
    "an order that %s is handled once, wherever the process dies",
    async (_, stock, payment, expected) => {
      const { store, drain } = await open();
      const handler = createReservationHandler(crashable(store, "store"), async () => undefined);
      const exploration = await exploreCrashes(handler, {
        payload: order,
        callbacks: { payment },
        beforeEach: async () => {
          await drain(); // of the last request of a process that died
          await store.delete(order.sku);
          await store.apply({ id: order.sku, commands: [increment(stock)] });
        },
        check: async ({ result }) => {
          const left = await store.get(order.sku, { consistent: true });
          expect({ result, left, held: await store.held(order.sku) }).toEqual({
            result: { orderId: order.orderId, status: expected.status },
            left: expected.left,
            held: 0,
          });
        },
      });
      expect(exploration).toMatchObject({ failures: [], unreached: 0 });
      expect(exploration.points).toBeGreaterThan(5);
    },
  );

  test("an order that is paid after its hold has expired is to be refunded, and the stock is back", async () => {
    const { store, pass } = await open();
    await store.apply({ id: order.sku, commands: [increment(STOCK)] });
    const handler = createReservationHandler(store, () => pass(1_201_000));
    const { result } = await simulate(handler, { payload: order, callbacks: { payment: paid } });
    expect(result).toEqual({ orderId: order.orderId, status: "to be refunded" });
    expect(await store.get(order.sku, { consistent: true })).toBe(STOCK);
  });
});
