// The checks at the end of a soak detect what must never happen.
import { increment } from "@durable-counter/core";
import { MemoryCounterStore } from "@durable-counter/testing";
import { beforeEach, expect, test } from "vitest";
import type { ExecutionRecord } from "./execution-record.ts";
import { ownCounter } from "./own-counter.ts";
import { reservations } from "./reservations.ts";
import { sharedCounter } from "./shared-counter.ts";
import { SoakGroup } from "./soak-group.ts";

const FIRST = 1_000_000;
let store: MemoryCounterStore;
beforeEach(() => {
  store = new MemoryCounterStore();
});

function record(event: object, result: unknown, steps: ExecutionRecord["steps"] = []): ExecutionRecord {
  const ending = { payload: JSON.stringify(result), functionError: undefined };
  return { name: "soak-1", event, ...ending, steps, invocations: 1, killedInvocations: 0 };
}

/** An execution of example 03 with one increment, which says that it moved the counter so. */
function counted(amount: number, before: number, after: number): ExecutionRecord {
  const step = { name: "cart-0/0/increment", result: undefined, start: 1, end: 2 };
  const results = [{ type: "increment", before, after }];
  return record({ counterId: "cart-0", commands: [increment(amount)] }, { value: after, results }, [step]);
}

async function sharedGroup(written: readonly number[], records: readonly ExecutionRecord[]) {
  const group = new SoakGroup(sharedCounter(1, undefined), 0, store);
  await group.prepared;
  await store.apply({ id: "cart-0", commands: written.map((amount) => increment(amount)) });
  group.records.push(...records);
  return group.contradictions();
}

test("a counter that its executions explain is right", async () => {
  expect(await sharedGroup([5], [counted(5, FIRST, FIRST + 5)])).toEqual([]);
});

test("a double count is found, by the value and by the history", async () => {
  const [value, history] = await sharedGroup([5, 5], [counted(5, FIRST, FIRST + 5)]);
  expect(value).toBe("The counter cart-0 is 1000010; its executions say 1000005: 5 too much.");
  expect(history).toContain("No order explains the answers.");
});

test("a lost count is found", async () => {
  const [value] = await sharedGroup([0], [counted(5, FIRST, FIRST + 5)]);
  expect(value).toBe("The counter cart-0 is 1000000; its executions say 1000005: 5 too little.");
});

test("two executions that saw the same value are found, though the sum is right", async () => {
  const wrong = [counted(5, FIRST, FIRST + 5), counted(7, FIRST, FIRST + 7)];
  const found = await sharedGroup([5, 7], wrong);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain("No order explains the answers.");
});

test("an execution that counted something else than its commands is found", async () => {
  expect(await sharedGroup([4], [counted(5, FIRST, FIRST + 4)])).toContain(
    "soak-1 says that it counted 4; its commands are 5.",
  );
});

test("an execution that did not succeed is found", async () => {
  const failed = { ...counted(5, FIRST, FIRST + 5), functionError: "Unhandled" };
  expect(await sharedGroup([5], [failed])).toEqual([
    expect.stringContaining("soak-1 did not succeed, as every execution must: "),
  ]);
});

test("a counter in the execution must have every value", () => {
  const workload = ownCounter(1);
  const event = { counterId: "own", commands: [increment(5), increment(7)] };
  const group = (values: readonly number[]) => {
    return { number: 0, reads: [], records: [record(event, { value: values.at(-1), values })] };
  };
  expect(workload.contradictions(group([5, 12]))).toEqual([]);
  expect(workload.contradictions(group([5, 17]))).toEqual([
    'soak-1 returned {"value":17,"values":[5,17]}; it must return {"value":12,"values":[5,12]}.',
  ]);
});

test("stock that is sold twice, held for ever or refused without need is found", async () => {
  const workload = reservations(0);
  const group = new SoakGroup(workload, 0, store);
  await group.prepared;
  const order = (number: number) => workload.event(number, 0);
  const step = (name: string, result: boolean, start: number) => {
    return { name, result: `${result}`, start, end: start + 1 };
  };
  const { quantity } = order(0) as { quantity: number };
  await store.hold({ id: "sku-0", amount: quantity, expiresIn: 60, idempotencyKey: "order-0-0" });
  const sold = [step("hold", true, 1), step("commit", true, 2)];
  group.records.push(record(order(0), { status: "sold" }, sold));
  expect(await group.contradictions()).toEqual([
    `Of the counter sku-0 ${quantity} are still held; all executions have ended.`,
  ]);
  await store.commit({ id: "sku-0", holdId: "order-0-0" });
  expect(await group.contradictions()).toEqual([]);
  group.records.push(record(order(1), { status: "sold out" }, [step("hold", false, 5)]));
  expect(await group.contradictions()).toEqual([expect.stringContaining("No order explains the answers.")]);
});
