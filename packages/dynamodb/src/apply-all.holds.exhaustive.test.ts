import { decrement, get, increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { createSimulation } from "./simulated.fixture.ts";

const STOCK = { id: "stock", limits: { min: 0 } };

test.each(["known", "unknown"])(
  "a request to several counters first gives back what expired holds have taken, its store having the value as %s",
  async (knowledge) => {
    const { createStore, clock } = await createSimulation({ transactions: true });
    const store = createStore();
    await store.apply({ id: "stock", commands: [increment(5)] });
    await store.hold({ id: "stock", amount: 4, expiresIn: 60, idempotencyKey: "order-1" });
    const entries = [
      { ...STOCK, commands: [decrement(3)] },
      { id: "sold", commands: [increment(3)] },
    ];
    const writer = knowledge === "known" ? store : createStore();
    await expect(writer.applyAll({ entries, idempotencyKey: "early" })).rejects.toMatchObject({
      code: "limit-exceeded",
    });
    await clock.sleep(61_000);
    const { results } = await writer.applyAll({ entries, idempotencyKey: "late" });
    expect(results.map(({ value }) => value)).toEqual([2, 3]);
    expect(await createStore().get("stock", { consistent: true })).toBe(2);
    expect(await createStore().held("stock")).toBe(0);
  },
);

test("a read of several counters has what expired holds have given back", async () => {
  const { createStore, clock } = await createSimulation({ transactions: true });
  const store = createStore();
  await store.apply({ id: "stock", commands: [increment(5)] });
  await store.hold({ id: "stock", amount: 4, expiresIn: 60, idempotencyKey: "order-1" });
  const values = async () => {
    const { results } = await store.applyAll({ entries: [{ id: "stock", commands: [get()] }] });
    return results.map(({ value }) => value);
  };
  expect(await values()).toEqual([1]);
  await clock.sleep(61_000);
  expect(await values()).toEqual([5]);
});

test("a hold stays open beside requests to several counters", async () => {
  const { createStore } = await createSimulation({ transactions: true });
  const store = createStore();
  await store.apply({ id: "stock", commands: [increment(5)] });
  const { holdId } = await store.hold({ id: "stock", amount: 2, expiresIn: 60, idempotencyKey: "order-1" });
  await createStore().applyAll({ entries: [{ ...STOCK, commands: [decrement(3)] }], idempotencyKey: "a" });
  expect(await createStore().held("stock")).toBe(2);
  expect(await createStore().release({ id: "stock", holdId })).toMatchObject({ value: 2 });
});
