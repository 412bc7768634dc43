import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import type { Message } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { errorOf } from "./lost-replies.fixture.ts";
import { createSimulation, tableName } from "./simulated.fixture.ts";

const id = "stock";
const hold = { id, amount: 2, expiresIn: 1, idempotencyKey: "order-1" };

test("a call that waits for DynamoDB counts the holds that were open when it began", async () => {
  const { createStore } = await createSimulation({ latencyMs: { min: 450, max: 450 } });
  const store = createStore({ initial: 6 });
  await store.hold(hold);
  expect(await store.get(id, { consistent: true })).toBe(4); // began 900 ms after the hold, and read after 1,350
  expect(await store.get(id, { consistent: true })).toBe(6);
});

test("a duplicated commit can end a hold that is placed after it was refused", async () => {
  const copies: Message[] = [];
  const { createStore } = await createSimulation({
    onRequest: (message) => {
      if (message.operation === "UpdateItem") copies.push(message);
      message.execute();
      message.reply();
    },
  });
  const store = createStore({ initial: 6 });
  const end = { id, holdId: hold.idempotencyKey };
  expect(await errorOf(store.commit(end))).toMatchObject({ details: { hold: "unknown" } });
  const [late] = copies;
  await store.hold(hold);
  late?.execute();
  // The exception that docs/guarantees.md lists. The hold ends once nevertheless, and a caller finds out how.
  expect(await store.held(id)).toBe(0);
  expect(await store.commit(end)).toEqual({ value: 4, replayed: true });
  expect(await errorOf(store.release(end))).toMatchObject({ details: { hold: "committed" } });
});

test("an item of a counter without holds that has `due` nevertheless is like any other, and disturbs no list", async () => {
  const simulation = await createSimulation();
  const { createStore } = simulation;
  const [value, due] = [{ N: "6" }, { N: "1" }]; // 1970, which is over
  await simulation
    .client()
    .send(
      new PutItemCommand({ TableName: tableName, Item: { id: { S: id }, sk: { S: "value" }, value, due } }),
    );
  const store = createStore();
  await store.apply({ id: "other", commands: [increment()] });
  expect(await store.get(id)).toBe(6);
  expect(await store.getMany([id, "other"])).toEqual(
    new Map([
      [id, 6],
      ["other", 1],
    ]),
  );
  const listed = new Map<string, number>();
  for await (const counter of store.list()) listed.set(counter.id, counter.value);
  expect(listed.get(id)).toBe(6);
  expect(await store.apply({ id, commands: [increment()] })).toMatchObject({ value: 7 });
  expect(await createStore().hold(hold)).toMatchObject({ value: 5 });
  expect(await store.held(id)).toBe(2);
  expect(await store.release({ id, holdId: hold.idempotencyKey })).toMatchObject({ value: 7 });
});
