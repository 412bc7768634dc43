import { increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { createStoreWithMovedHolds } from "./moved-holds.fixture.ts";
import { createSimulation, NO_LATENCY, tableName } from "./simulated.fixture.ts";

const id = "stock";
const TWO_HOURS = 7_200_000;

/** DynamoDB may delete an expired item days later. */
async function setUp() {
  const db = await createSimulation({ latencyMs: NO_LATENCY });
  const newStore = () => db.createStore({ initial: 100 });
  const newSeparate = () => db.createStore({ initial: 100, idempotency: { strategy: "separate-item" } });
  const moving = createStoreWithMovedHolds(
    { client: db.client(), tableName, now: () => db.clock.now(), initial: 100 },
    { hasList: false },
  );
  const apply = (store: ReturnType<typeof newStore>, idempotencyKey: string) =>
    store.apply({ id, commands: [increment()], idempotencyKey });
  /** A store that knows the fence of the counter, which the items of other keys have renewed: too many for a list. */
  const storeBehindNewFence = async () => {
    const [store, separate] = [newStore(), newSeparate()];
    for (const key of ["one", "two"]) await apply(separate, key);
    await apply(store, "three");
    return store;
  };
  return { db, newStore, newSeparate, moving, apply, storeBehindNewFence };
}

test("a key that is used again after its key item expired is answered as it was used last", async () => {
  const { db, newStore, newSeparate, apply, storeBehindNewFence } = await setUp();
  await apply(newSeparate(), "key");
  await db.clock.sleep(TWO_HOURS);
  expect(await apply(newStore(), "key")).toMatchObject({ value: 102, replayed: false });
  expect(await apply(await storeBehindNewFence(), "key")).toMatchObject({ value: 102, replayed: true });
});

test("so is a request to several counters, and a hold", async () => {
  const { db, newStore, moving, storeBehindNewFence } = await setUp();
  const request = { entries: [{ id, commands: [increment()] }], idempotencyKey: "key" };
  await newStore().applyAll(request);
  const hold = { id, amount: 4, expiresIn: 900, idempotencyKey: "order" };
  await moving.hold(hold); // and moves both keys
  await moving.release({ id, holdId: "order" });
  await db.clock.sleep(TWO_HOURS);
  const applied = await newStore().applyAll(request);
  expect(applied).toMatchObject({ results: [{ value: 102 }], replayed: false });
  const placed = await newStore().hold(hold);
  expect(placed).toMatchObject({ value: 98, replayed: false });
  const store = await storeBehindNewFence();
  expect(await store.applyAll(request)).toEqual({ ...applied, replayed: true });
  expect(await store.hold(hold)).toEqual({ ...placed, replayed: true });
});
