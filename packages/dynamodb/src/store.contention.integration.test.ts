import { PutItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { decrement, increment } from "@durable-counter/core";
import { localClient, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { startsCompaction } from "./compaction.ts";
import { hasTransactions, partsOf, startEngines } from "./engines.fixture.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";
import { codeOf } from "./lost-replies.fixture.ts";

const engines = await startEngines();
const local = engines.filter(hasTransactions);
const tableName = "counters";
await Promise.all(engines.map(({ client }) => ensureCounterTable(client, tableName)));
const START = Math.floor(Date.now() / 1_000) * 1_000;
const COMPACTING = Array.from({ length: 4_000 }, (_, n) => `compacting-${n}`).filter((key) =>
  startsCompaction(keyAttribute(key)),
);
let counters = 0;

/** A counter at 7 with so many keys that a store made `ms` apart. */
async function setUp({ client, endpoint }: RunningDynamoDB, keys: number, ms: number) {
  const id = `counter-${++counters}`;
  const record = (n: number): AttributeValue => ({
    N: `0.${START / 1_000 + 3_600 - Math.floor((n * ms) / 1_000)}123456789012`,
  });
  const Item = {
    id: { S: id },
    sk: { S: "value" },
    value: { N: "7" },
    ...Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k#${n}`, record(n)])),
  };
  await client.send(new PutItemCommand({ TableName: tableName, Item }));
  const watched = localClient(endpoint);
  const requests: string[] = [];
  watched.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        requests.push(commandName);
        return next(args);
      },
    { step: "finalizeRequest", priority: "low" },
  );
  const store = (options: Partial<DynamoDBCounterStoreOptions> = {}) =>
    createDynamoDBCounterStore({
      client: watched,
      tableName,
      now: () => START,
      timeoutMs: 600_000,
      ...options,
    });
  return { id, store, requests, client: watched };
}

describe.each(local)("a counter whose keys were moved, on $engine", (engine) => {
  const PROCESSES = 64;
  const COMMANDS = 5;

  test.each([
    { keys: "the callers'", isListed: true, most: 1.1 },
    { keys: "generated", isListed: true, most: 1.1 },
    { keys: "the callers'", isListed: false, most: 2.2 },
  ])(
    "costs at most $most requests a command among 64 processes, with $keys keys, listed: $isListed, and none gives up",
    async ({ keys, isListed, most }) => {
      const { id, store, requests, client } = await setUp(engine, 150, 400);
      await store().apply({ id, commands: [increment()], idempotencyKey: COMPACTING[0] });
      expect(requests).toEqual(["UpdateItemCommand", "TransactWriteItemsCommand"]);
      if (!isListed) {
        const separate = store({ idempotency: { strategy: "separate-item" } });
        await separate.apply({ id, commands: [increment()], idempotencyKey: "ends the list" });
      }
      requests.length = 0;
      const process = async (_: unknown, index: number) => {
        const own = store({ limits: { min: 0 } });
        for (let n = 0; n < COMMANDS; n++) {
          const idempotencyKey = keys === "generated" ? undefined : `${index}-${n}`;
          await own.apply({ id, commands: [increment(2), decrement()], idempotencyKey });
        }
      };
      await Promise.all(Array.from({ length: PROCESSES }, process));
      expect(await store().get(id, { consistent: true })).toBe(8 + (isListed ? 0 : 1) + PROCESSES * COMMANDS);
      // One is the read. Without a list, each process learns from its first update that there is a fence.
      expect(requests.length - 1).toBeLessThanOrEqual(PROCESSES * COMMANDS * most);
      client.destroy();
    },
  );

  test("knows a key wherever it is recorded", async () => {
    const { id, store, client } = await setUp(engine, 0, 0);
    const one = (n: number) => ({ id, commands: [increment()], idempotencyKey: `t${n}` });
    let now = START;
    const at = { now: () => now };
    for (let n = 0; n < 300; n++) {
      now += 300;
      await store(at).apply(one(n));
    }
    expect((await partsOf(engine.client, tableName, id)).size).toBeGreaterThan(150);
    for (const strategy of ["auto", "inline", "separate-item"] as const)
      for (let n = 0; n < 300; n += 7)
        expect(await store({ ...at, idempotency: { strategy } }).apply(one(n))).toMatchObject({
          replayed: true,
        });
    expect(await store().get(id, { consistent: true })).toBe(307);
    client.destroy();
  });

  test("is moved by one request while the caller waits, however many its keys are", async () => {
    const { id, store, requests, client } = await setUp(engine, 3_900, 20);
    await store().apply({ id, commands: [increment()], idempotencyKey: COMPACTING[0] });
    expect(requests).toEqual(["UpdateItemCommand", "TransactWriteItemsCommand"]);
    client.destroy();
  });

  test("counts once where its keys are moved between the read of a key and the write", async () => {
    const { id, store, client } = await setUp(engine, 150, 400);
    await store().apply({ id, commands: [increment()], idempotencyKey: COMPACTING[0] });
    // Without a list of moved keys, which a second key item ends, the key item is read.
    const separate = store({ idempotency: { strategy: "separate-item" } });
    await separate.apply({ id, commands: [increment()], idempotencyKey: "separate" });
    const other = localClient(engine.endpoint);
    const request = { id, commands: [increment(10)], idempotencyKey: "t" };
    let hasRun = false;
    other.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          if (commandName === "GetItemCommand" && !hasRun) {
            hasRun = true;
            await store().apply(request); // the same request, by another process
            const Item = (await partsOf(engine.client, tableName, id)).get("value") ?? {};
            const many = Object.fromEntries(
              Array.from({ length: 150 }, (_, n) => [
                `k#0more${n}`,
                { N: `0.${START / 1_000 + 3_500 - n}123456789012` },
              ]),
            );
            await engine.client.send(
              new PutItemCommand({ TableName: tableName, Item: { ...many, ...Item } }),
            );
            for (const idempotencyKey of COMPACTING.slice(1, 4))
              // until its key is moved too
              await store().apply({ id, commands: [increment()], idempotencyKey });
          }
          return result;
        },
      { step: "initialize" },
    );
    expect(await store({ client: other }).apply(request)).toMatchObject({ replayed: true });
    expect(hasRun).toBe(true);
    expect(await store().get(id, { consistent: true })).toBe(7 + 1 + 1 + 10 + 3);
    client.destroy();
    other.destroy();
  });
});

const ways = engines.flatMap((engine) =>
  (hasTransactions(engine)
    ? (["inline", "auto", "separate-item"] as const)
    : (["inline", "auto"] as const)
  ).map((strategy) => ({ engine, name: engine.engine, strategy })),
);

describe.each(ways)("a refused command on an unknown id, on $name, $strategy", ({ engine, strategy }) => {
  const idempotency = { strategy };
  const limits = { min: 0 };

  test("leaves only what expires, and a count then stays", async () => {
    const { client } = engine;
    const id = `unknown-${++counters}`;
    let now = START;
    const store = () =>
      createDynamoDBCounterStore({ client, tableName, limits, idempotency, now: () => now });
    const refused = { id, commands: [decrement(5)], idempotencyKey: "t" };
    for (const callerId of ["a", "b"]) {
      expect(await codeOf(store().apply({ ...refused, callerId }))).toBe("limit-exceeded");
      now += 60_000;
    }
    const items = Array.from((await partsOf(client, tableName, id)).values());
    expect(items.length).toBeGreaterThan(0);
    for (const { expiresAt } of items)
      expect(Number(expiresAt?.N)).toBeGreaterThanOrEqual(START / 1_000 + 60 + 3_600 + 420);
    for await (const entry of store().list()) expect(entry.id).not.toBe(id);

    await store().apply({ id, commands: [increment(3)], idempotencyKey: "u" });
    expect((await partsOf(client, tableName, id)).get("value")).not.toHaveProperty("expiresAt");
    for (const callerId of ["a", "b"])
      expect(await codeOf(store().apply({ ...refused, callerId }))).toBe("limit-exceeded");
    expect(await codeOf(store().apply({ ...refused, idempotencyKey: "v", callerId: "a" }))).toBe(
      "limit-exceeded",
    );
    expect((await partsOf(client, tableName, id)).get("value")).not.toHaveProperty("expiresAt");
    expect(await store().get(id, { consistent: true })).toBe(3);
  });

  test("leaves nothing at all for a caller that does not name itself", async () => {
    const id = `unknown-${++counters}`;
    const store = createDynamoDBCounterStore({ client: engine.client, tableName, limits, idempotency });
    expect(await codeOf(store.apply({ id, commands: [decrement(5)], idempotencyKey: "t" }))).toBe(
      "limit-exceeded",
    );
    expect((await partsOf(engine.client, tableName, id)).size).toBe(0);
  });
});
