import { PutItemCommand, ScanCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { decrement, increment, isCounterError, type CounterStore } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { EVERY_FAULT } from "@durable-counter/testing/dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import type { DynamoDBCounterStoreOptions } from "./index.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { keys, othersIn, putOthers } from "./shared-table.fixture.ts";
import { createSimulation, simulatedEngines, strategiesOf, tableName } from "./simulated.fixture.ts";

const DAY_SECONDS = 86_400;

async function setUp(transactions: boolean, options: Parameters<typeof createSimulation>[0] = {}) {
  const simulation = await createSimulation({ seed: 1, transactions, ...options }, { keys });
  const client = simulation.client();
  await putOthers(client, tableName);
  const put = (id: string, sortKey: string, attributes: Record<string, AttributeValue> = {}) =>
    client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: { PK: { S: id }, SK: { S: sortKey }, ...attributes },
      }),
    );
  const contentOf = async () => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
    return new Map(Items.map((item) => [`${item["PK"]?.S}|${item["SK"]?.S}`, item]));
  };
  const others = () => othersIn(client, tableName);
  return { ...simulation, put, contentOf, others };
}

async function listOf(store: CounterStore) {
  const entries: (readonly [string, number])[] = [];
  for await (const { id, value } of store.list()) entries.push([id, value]);
  return entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

async function failureOf(call: Promise<unknown> | undefined) {
  const error: unknown = await call?.catch((thrown: unknown) => thrown);
  if (!isCounterError(error)) throw new Error(`It did not fail with a CounterError: ${String(error)}`);
  return error;
}

describe.each(simulatedEngines)("a table of other items, on $engine", ({ transactions }) => {
  const kinds: Partial<DynamoDBCounterStoreOptions>[] = [
    ...strategiesOf({ transactions }).map((strategy) => ({ idempotency: { strategy } })),
    { shards: 4 },
    { window: calendarWindow({ per: "day" }) },
  ];

  describe.each(kinds)("with %j", (kind) => {
    test("holds counters whose store lists and deletes nothing else", async () => {
      const { createStore, others } = await setUp(transactions);
      const store = createStore(kind);
      for (const id of ["a", "b"]) await store.apply({ id, commands: [increment(2)], idempotencyKey: "t" });
      expect(await listOf(store)).toEqual([
        ["a", 2],
        ["b", 2],
      ]);
      await store.delete("a");
      expect(await listOf(store)).toEqual([["b", 2]]);
      const { found, expected } = await others();
      expect(found).toEqual(expected);
    });

    test("keeps the counters of stores with different prefixes apart", async () => {
      const { createStore } = await setUp(transactions);
      const [stock, quota] = ["STOCK#", "QUOTA#"].map((prefix) =>
        createStore({ ...kind, keys: { ...keys, prefix } }),
      );
      await stock?.apply({ id: "a", commands: [increment(1)], idempotencyKey: "t" });
      await quota?.apply({ id: "a", commands: [increment(5)], idempotencyKey: "t" });
      await quota?.apply({ id: "b", commands: [increment(7)], idempotencyKey: "t" });
      if (stock === undefined || quota === undefined) return expect.unreachable();
      await stock.delete("a");
      expect(await listOf(stock)).toEqual([]);
      expect(await listOf(quota)).toEqual([
        ["a", 5],
        ["b", 7],
      ]);
      if (kind.window !== undefined) return; // getMany has no windows
      expect(Array.from((await quota.getMany(["b", "a", "c"])) ?? [])).toEqual([
        ["b", 7],
        ["a", 5],
        ["c", 0],
      ]);
    });

    test.each<Record<string, AttributeValue>>([
      { name: { S: "something else" } },
      { value: { N: "7" }, name: { S: "looks like a counter" } },
      { value: { S: "7" }, ttl: { N: "99999999999" } },
      {},
    ])("never overwrites something else at the key of a counter: %j", async (attributes) => {
      const { createStore, put, contentOf } = await setUp(transactions);
      const store = createStore(kind);
      const sortKey = kind.window === undefined ? "value" : "windows/day UTC";
      await put("COUNTER#x", sortKey, attributes);
      const request = { id: "x", commands: [increment()], idempotencyKey: "t" };
      const calls = [
        () => store.apply(request),
        () => store.apply({ ...request, idempotencyKey: undefined }),
        () =>
          store.apply({
            ...request,
            commands: [decrement()],
            callerId: "c",
            ...(kind.shards ? {} : { limits: { min: 0 } }),
          }),
        () => store.get("x", { consistent: true }),
        ...(kind.window ? [] : [() => store.getMany(["b", "x"], { consistent: true })]),
        () => store.delete("x"),
      ];
      for (const call of calls) {
        const { code, message } = await failureOf(call());
        expect({ call: String(call), code }).toEqual({ call: String(call), code: "misconfigured" });
        expect(message).toContain('the item whose PK is "COUNTER#x", and something else is there');
        expect(message).toContain('Pass another keys.prefix, which is "COUNTER#"');
      }
      expect(await listOf(store)).toEqual([]);
      const content = await contentOf();
      expect(content.get(`COUNTER#x|${sortKey}`)).toEqual({
        PK: { S: "COUNTER#x" },
        SK: { S: sortKey },
        ...attributes,
      });
      expect(Array.from(content.keys()).filter((key) => key.startsWith("COUNTER#x"))).toEqual([
        `COUNTER#x|${sortKey}`,
      ]);
    });

    test("counts each request once through a network with every fault, and loses nothing of others", async () => {
      const property = fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 4 }), async (seed, clients) => {
        const { createStore, network, others } = await setUp(transactions, { seed, faults: EVERY_FAULT });
        const count = async (_: unknown, index: number) => {
          const store = createStore({ ...kind, clientOptions: { maxAttempts: 2, requestTimeout: 1_000 } });
          for (let n = 0; n < 4; n++) {
            const request = { id: "a", commands: [increment()], idempotencyKey: `${index}-${n}` };
            for (let isDone = false; !isDone;) {
              isDone = await store.apply(request).then(
                () => true,
                (error: unknown) => {
                  if (!isCounterError(error) || !error.retryable) throw error;
                  return false;
                },
              );
            }
          }
        };
        await Promise.all(Array.from({ length: clients }, count));
        network.disableFaults();
        await network.drain();
        expect(await createStore(kind).get("a", { consistent: true })).toBe(4 * clients);
        const { found, expected } = await others();
        expect(found).toEqual(expected);
      });
      await fc.assert(property, { numRuns: randomRuns(3) });
    });
  });

  test("gives an item without a value the table's attribute for its time to live, and takes it off a counter", async () => {
    const { createStore, contentOf, clock, ...db } = await setUp(transactions);
    const store = createStore({ limits: { min: 0 } });
    const request = { id: "x", commands: [decrement()], idempotencyKey: "t", callerId: "c" };
    expect((await failureOf(store.apply(request))).code).toBe("limit-exceeded");
    expect((await contentOf()).get("COUNTER#x|value")).toMatchObject({
      ttl: { N: expect.any(String) },
      fence: { N: "0" },
    });
    expect(await store.get("x", { consistent: true })).toBe(0);
    expect((await failureOf(store.apply(request))).code).toBe("limit-exceeded");
    await store.apply({ id: "x", commands: [increment()], idempotencyKey: "u" });
    expect((await contentOf()).get("COUNTER#x|value")).not.toHaveProperty("ttl");
    await clock.sleep(DAY_SECONDS * 1_000);
    db.deleteExpired();
    expect(await store.get("x", { consistent: true })).toBe(1);
  });
});

describe("a table of other items", () => {
  test("keeps something else at the sort key of a key item", async () => {
    const { createStore, put, contentOf } = await setUp(true);
    const store = createStore({ idempotency: { strategy: "separate-item" } });
    const sortKey = keyAttribute("t");
    await put("COUNTER#x", sortKey, { name: { S: "something else" } });
    const { code } = await failureOf(store.apply({ id: "x", commands: [increment()], idempotencyKey: "t" }));
    expect(code).toBe("misconfigured");
    expect((await contentOf()).get(`COUNTER#x|${sortKey}`)).toMatchObject({ name: { S: "something else" } });
    expect(await store.get("x", { consistent: true })).toBe(0);
  });

  test("moves keys into items of their own, which expire by the table's attribute, and recognises them there", async () => {
    const { createStore, contentOf, clock } = await setUp(true);
    const store = createStore();
    const request = (n: number) => ({ id: "x", commands: [increment()], idempotencyKey: `t${n}` });
    for (let n = 0; n < 160; n++) {
      await store.apply(request(n));
      await clock.sleep(1_000);
    }
    const keyItems = Array.from(await contentOf()).filter(([key]) => key.startsWith("COUNTER#x|k#"));
    expect(keyItems.length).toBeGreaterThan(50);
    expect(
      keyItems.every(([, item]) => item["ttl"]?.N !== undefined && item["expiresAt"] === undefined),
    ).toBe(true);
    const another = createStore();
    for (let n = 0; n < 160; n += 8) expect((await another.apply(request(n))).replayed).toBe(true);
    expect(await store.get("x", { consistent: true })).toBe(160);
    await store.delete("x");
    expect(Array.from((await contentOf()).keys()).filter((key) => key.startsWith("COUNTER#x"))).toEqual([]);
  });

  test("whose keys have other names is named with the option to pass", async () => {
    const { createStore } = await createSimulation();
    const store = createStore({ keys });
    const calls = [
      () => store.apply({ id: "a", commands: [increment()] }),
      () => store.get("a"),
      () => store.getMany(["a"]),
      () => store.delete("a"),
    ];
    for (const call of calls) {
      const { code, message } = await failureOf(call());
      expect(code).toBe("misconfigured");
      expect(message).toContain("keys.partition and keys.sort");
    }
  });
});
