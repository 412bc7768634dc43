import { get, increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { createSimulation } from "./simulated.fixture.ts";

/** More than the number of throttled writes after which a store gives up. */
const MANY = 30;

test.each([
  ["inline", "UpdateItem"],
  ["separate-item", "TransactWriteItems"],
] as const)(
  "a write goes on while other transactions are at work on the item, which is progress of theirs: strategy %s",
  async (strategy, operation) => {
    const { createStore, network } = await createSimulation({ transactions: true });
    const store = createStore({ idempotency: { strategy } });
    for (let n = 0; n < MANY; n++) network.injectNext("conflict", operation);
    expect(await store.apply({ id: "a", commands: [increment()] })).toMatchObject({ value: 1 });
  },
);

test("several counters are changed though other transactions are at work on one of them", async () => {
  const { createStore, network } = await createSimulation({ transactions: true });
  const store = createStore();
  for (let n = 0; n < MANY; n++) network.injectNext("conflict", "TransactWriteItems");
  const entries = [
    { id: "a", commands: [increment()] },
    { id: "b", commands: [increment()] },
  ];
  expect(await store.applyAll({ entries, idempotencyKey: "t" })).toMatchObject({ replayed: false });
});

test("a hold is given back though other transactions are at work on the counter", async () => {
  const { createStore, network } = await createSimulation({ transactions: true });
  const store = createStore({ initial: 5 });
  const { holdId } = await store.hold({ id: "a", amount: 2, expiresIn: 3_600 });
  for (let n = 0; n < MANY; n++) network.injectNext("conflict", "UpdateItem");
  expect(await store.release({ id: "a", holdId })).toMatchObject({ value: 5 });
});

test("several items are read though other transactions are at work on one of them", async () => {
  const { createStore, network } = await createSimulation({ transactions: true });
  const store = createStore();
  for (let n = 0; n < MANY; n++) network.injectNext("conflict", "TransactGetItems");
  const entries = ["a", "b"].map((id) => ({ id, commands: [get()] }));
  expect(await store.applyAll({ entries })).toMatchObject({ replayed: false });
});
