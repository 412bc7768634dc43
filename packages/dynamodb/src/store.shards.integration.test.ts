import { decrement, get, increment, isCounterError, set } from "@durable-counter/core";
import { localClient, startLossyProxy } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { keepLostWrites } from "./client-middleware.fixture.ts";
import { startEngines } from "./engines.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";
import { partsOf } from "./table-items.fixture.ts";

const engines = await startEngines();
const tableName = "counters";
await Promise.all(engines.map(({ client }) => ensureCounterTable(client, tableName)));
let counters = 0;

describe.each(engines)("a counter over shards, on $engine", ({ client, endpoint }) => {
  const newId = () => `counter-${++counters}`;
  const store = (options: Partial<DynamoDBCounterStoreOptions> = {}) =>
    createDynamoDBCounterStore({ client, tableName, ...options });
  const sharded = store({ shards: 4 });
  const refusal = async (promise: Promise<unknown>, code: "misconfigured" | "invalid-input") => {
    const error: unknown = await promise.catch((thrown: unknown) => thrown);
    expect(isCounterError(error, code)).toBe(true);
    return String(error);
  };

  test("counts each idempotency key once, on the shard it falls on, whoever comes first", async () => {
    const id = newId();
    const requests = Array.from({ length: 60 }, (_, n) => ({
      id,
      idempotencyKey: `t${n % 40}`,
      commands: n % 40 < 30 ? [increment(2)] : [decrement()],
    }));
    const receipts = await Promise.all(requests.map((request) => store({ shards: 4 }).apply(request)));
    expect(receipts.filter(({ replayed }) => replayed)).toHaveLength(20);
    expect(await sharded.get(id, { consistent: true })).toBe(50);
    const parts = Array.from((await partsOf(client, tableName, id)).keys());
    expect(parts).toEqual(["value", "value/4/0", "value/4/1", "value/4/2", "value/4/3"]);
  });

  test("costs one request a command once its shards are there, and one query to read", async () => {
    const id = newId();
    for (let n = 0; n < 40; n++)
      await sharded.apply({ id, commands: [increment()], idempotencyKey: `t${n}` });
    await using proxy = await startLossyProxy(endpoint);
    const watched = localClient(proxy.endpoint);
    const counting = store({ client: watched, shards: 4 });
    for (let n = 40; n < 50; n++)
      await counting.apply({ id, commands: [increment()], idempotencyKey: `t${n}` });
    expect(await counting.get(id)).toBe(50);
    expect(proxy.requests).toEqual({ UpdateItem: 10, Query: 1 });
    watched.destroy();
  });

  test("answers with what its shard counted, and tells the sum to whoever only asks", async () => {
    const id = newId();
    const receipt = await sharded.apply({ id, commands: [increment(5), decrement(2)], idempotencyKey: "t" });
    expect(receipt.results).toEqual([
      { type: "increment", before: 0, after: 5 },
      { type: "decrement", before: 5, after: 3 },
    ]);
    await sharded.apply({ id, commands: [increment(10)] });
    expect(await sharded.apply({ id, commands: [get()], idempotencyKey: "read" })).toMatchObject({
      value: 13,
    });
  });

  test("cannot be limited, nor set, nor read among writes, nor start elsewhere than at 0: refused, and nothing counts", async () => {
    const id = newId();
    const asked = [
      [{ commands: [increment()], limits: { max: 5 } }, 'request.limits is {"max":5}, and no shard knows'],
      [{ commands: [increment()], initial: 5 }, "request.initial is 5, and shards start at 0"],
      [
        { commands: [increment(), set(5)] },
        `request.commands[1] is {"type":"set","value":5}, and counter "${id}" is spread over 4 shards`,
      ],
      [{ commands: [increment(), get()] }, 'request.commands[1] is {"type":"get"}, and counter'],
    ] as const;
    for (const [request, message] of asked) {
      expect(await refusal(sharded.apply({ id, ...request }), "invalid-input")).toContain(message);
    }
    expect((await partsOf(client, tableName, id)).size).toBe(0);
  });

  test("keeps its number of shards: a store with another, or with none, is refused, and nothing counts", async () => {
    const id = newId();
    for (let n = 0; n < 20; n++)
      await sharded.apply({ id, commands: [increment()], idempotencyKey: `t${n}` });
    const write = { id, commands: [increment()], idempotencyKey: "new" };
    expect(await refusal(store({ shards: 8 }).apply(write), "misconfigured")).toContain("over 4 shards");
    expect(await refusal(store({ shards: 8 }).get(id), "misconfigured")).toContain("over 4 shards");
    expect(await refusal(store().apply(write), "misconfigured")).toContain("shards: 4");
    expect(await refusal(store().get(id), "misconfigured")).toContain("shards: 4");
    expect(await sharded.get(id, { consistent: true })).toBe(20);
  });

  test("is not mistaken for one that is kept in one item", async () => {
    const id = newId();
    await store().apply({ id, commands: [increment()], idempotencyKey: "t" });
    const write = { id, commands: [increment()], idempotencyKey: "t" };
    expect(await refusal(sharded.apply(write), "misconfigured")).toContain("is kept in one item");
    expect(await refusal(sharded.get(id), "misconfigured")).toContain("is kept in one item");
  });

  test("belongs to whoever writes first, where two stores disagree at the same time", async () => {
    for (let round = 0; round < 10; round++) {
      const id = newId();
      const stores = [sharded, store({ shards: 5 }), store()];
      const outcomes = await Promise.allSettled(
        stores.map((each) => each.apply({ id, commands: [increment()], idempotencyKey: "t" })),
      );
      const counted = outcomes.filter(({ status }) => status === "fulfilled");
      expect(counted).toHaveLength(1);
      const values = await Promise.allSettled(stores.map((each) => each.get(id, { consistent: true })));
      expect(values.filter(({ status }) => status === "fulfilled")).toEqual([
        { status: "fulfilled", value: 1 },
      ]);
    }
  });

  test("is listed once, by its sum, by any store, and deleted as a whole", async () => {
    const id = newId();
    for (let n = 0; n < 20; n++)
      await sharded.apply({ id, commands: [increment()], idempotencyKey: `t${n}` });
    const mine = [];
    for await (const entry of store().list()) if (entry.id === id) mine.push(entry.value);
    expect(mine).toEqual([20]);
    await store().delete(id);
    // The root stays, and with it the number of shards: a write on its way finds its place.
    expect(Array.from((await partsOf(client, tableName, id)).keys())).toEqual(["value"]);
    expect(await sharded.get(id, { consistent: true })).toBe(0);
    for await (const entry of store().list()) expect(entry.id).not.toBe(id);
    expect(await sharded.apply({ id, commands: [increment()], idempotencyKey: "t0" })).toMatchObject({
      value: 1,
    });
  });

  test("counts a first write that arrives after its deletion, once, where everybody sees it", async () => {
    const id = newId();
    const request = { id, commands: [increment()], idempotencyKey: "late" };
    await sharded.apply({ id, commands: [increment(7)], idempotencyKey: "elsewhere" });
    const losing = localClient(endpoint, { maxAttempts: 1 });
    const network = keepLostWrites(losing);
    losing.middlewareStack.add((next) => (args) => {
      // Only a write that may create the shard, which is not the first that is sent.
      network.isLosing = JSON.stringify(args.input).includes("attribute_not_exists(#value) OR");
      return next(args);
    });
    await expect(store({ shards: 4, client: losing }).apply(request)).rejects.toThrow(/\[outcome-unknown\]/u);
    await sharded.delete(id);
    for (const late of network.lost) await client.send(late as never);
    expect(network.lost).toHaveLength(1);
    expect(await sharded.get(id, { consistent: true })).toBe(1);
    expect(await sharded.apply(request)).toMatchObject({ replayed: true });
    expect(await refusal(store().get(id), "misconfigured")).toContain("shards: 4");
    losing.destroy();
  });
});
