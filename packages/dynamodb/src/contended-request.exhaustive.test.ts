import { increment, set } from "@durable-counter/core";
import { expect, test } from "vitest";
import { countRequests, listRequests } from "./client-middleware.fixture.ts";
import { createSimulation, tableName } from "./simulated.fixture.ts";
import { partsOf } from "./table-items.fixture.ts";

const id = "a";
const PROCESSES = 64;
const COMMANDS = 5;

test("many processes with a key item for each request write where they meet as auto does, and none gives up", async () => {
  const db = await createSimulation({ transactions: true, latencyMs: { min: 4, max: 6 } });
  const client = db.client();
  const requests = countRequests(client);
  const one = (process: number, n: number) => ({
    id,
    commands: [increment()],
    idempotencyKey: `${process}/${n}`,
  });
  const createStore = () => db.createStore({ client, idempotency: { strategy: "separate-item" } });
  const write = async (_: unknown, process: number) => {
    const store = createStore();
    for (let n = 0; n < COMMANDS; n++)
      expect(await store.apply(one(process, n))).toMatchObject({ replayed: false });
  };
  await Promise.all(Array.from({ length: PROCESSES }, write));
  const sum = Object.values(requests).reduce((total, count) => total + count, 0);
  // A process does not know the value at first, is overtaken, and meets the fences of the others' first writes.
  expect(sum).toBeLessThanOrEqual(PROCESSES * (2 * COMMANDS + 8));
  for (let process = 0; process < PROCESSES; process += 9)
    expect(await createStore().apply(one(process, 0))).toMatchObject({ replayed: true });
  expect(await createStore().get(id, { consistent: true })).toBe(PROCESSES * COMMANDS);
});

test("a process that is overtaken no more writes key items again", async () => {
  const db = await createSimulation({ transactions: true });
  const client = db.client();
  const requests = countRequests(client);
  const options = { idempotency: { strategy: "separate-item" } } as const;
  const store = db.createStore({ ...options, client });
  const other = db.createStore(options);
  const apply = (by: typeof store, idempotencyKey: string) =>
    by.apply({ id, commands: [increment()], idempotencyKey });
  await apply(store, "a");
  await apply(other, "b");
  await apply(store, "c");
  expect(requests).toEqual({ TransactWriteItems: 2, GetItem: 1, UpdateItem: 1 });
  await db.clock.sleep(10_000);
  await apply(store, "d");
  await apply(store, "e");
  expect(requests).toEqual({ TransactWriteItems: 5, GetItem: 1, UpdateItem: 1 });
  const parts = await partsOf(client, tableName, id);
  expect(Array.from(parts.keys()).filter((part) => part.startsWith("k#"))).toHaveLength(4);
});

test("a batch that is clamped whatever the value is counts where its first write was overtaken", async () => {
  const db = await createSimulation({ transactions: true });
  const options = { idempotency: { strategy: "separate-item" } } as const;
  const [client, other] = [db.client(), db.createStore(options)];
  const store = db.createStore({ ...options, client });
  const increase = (idempotencyKey: string) => other.apply({ id, commands: [increment()], idempotencyKey });
  await increase("a");
  const sent = listRequests(client);
  client.middlewareStack.add(
    (next) => async (args) => {
      if (sent.join() === "GetItem,GetItem,TransactWriteItems") await increase("b");
      return next(args);
    },
    { step: "build" },
  );
  const limits = { max: 5, onLimit: "clamp" } as const;
  const request = { id, commands: [set(3), increment(3)], limits, idempotencyKey: "c" };
  expect(await store.apply(request)).toMatchObject({ value: 5, replayed: false });
  expect(sent.at(-1)).toBe("UpdateItem");
  expect(await store.apply(request)).toMatchObject({ value: 5, replayed: true });
});
