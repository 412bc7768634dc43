import { PutItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import { localClient, startLossyProxy, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { startsCompaction } from "./compaction.ts";
import { hasTransactions, partsOf, startEngines } from "./engines.fixture.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";
import { errorOf } from "./lost-replies.fixture.ts";

const engines = await startEngines();
const START = Math.floor(Date.now() / 1_000) * 1_000;
const COMPACTING = Array.from({ length: 4_000 }, (_, n) => `compacting-${n}`).filter((key) =>
  startsCompaction(keyAttribute(key)),
);
let tables = 0;

/** A table of its own. */
async function setUp({ client }: RunningDynamoDB) {
  const tableName = `counters-${++tables}`;
  await ensureCounterTable(client, tableName);
  const clock = { now: START };
  const put = (item: Record<string, AttributeValue>) =>
    client.send(new PutItemCommand({ TableName: tableName, Item: item }));
  const store = (options: Partial<DynamoDBCounterStoreOptions> = {}) =>
    createDynamoDBCounterStore({ client, tableName, now: () => clock.now, ...options });
  const keysOf = async (id: string) =>
    Object.keys((await partsOf(client, tableName, id)).get("value") ?? {}).filter((name) =>
      name.startsWith("k#"),
    );
  return { tableName, clock, put, store, keysOf };
}

/** A record of a request that a store with the clock at this time made. */
const recordAt = (ms: number, retentionSeconds = 3_600): AttributeValue => ({
  N: `0.${Math.floor(ms / 1_000) + retentionSeconds}123456789012`,
});

describe.each(engines)("one bad item, on $engine", (engine) => {
  test("is left out of a list, which has all others, and is named by get", async () => {
    const { put, store } = await setUp(engine);
    for (const id of ["a", "m", "z"])
      await store().apply({ id, commands: [increment(7)], idempotencyKey: "t" });
    await store({ shards: 2 }).apply({ id: "sharded", commands: [increment(7)], idempotencyKey: "t" });
    const foreign = {
      "too large": { N: "9007199254740992" },
      "a text": { S: "twelve" },
      "a fraction": { N: "1.5" },
    };
    for (const [id, value] of Object.entries(foreign))
      await put({ id: { S: id }, sk: { S: "value" }, value });
    const fence = { N: "99999999999" };
    await put({ id: { S: "newer version" }, sk: { S: "value" }, value: { N: "7" }, fence });
    const edge = { N: String(Number.MAX_SAFE_INTEGER) };
    for (const sk of ["value/2/0", "value/2/1"]) await put({ id: { S: "sum" }, sk: { S: sk }, value: edge });
    await put({ id: { S: "sum" }, sk: { S: "value" }, shards: { N: "2" }, fence });
    const listed = [];
    for await (const { id, value } of store().list()) listed.push(`${id} ${value}`);
    expect(listed.toSorted()).toEqual(["a 7", "m 7", "sharded 7", "z 7"]);
    for (const id of Object.keys(foreign)) expect((await errorOf(store().get(id))).message).toContain(id);
    expect((await errorOf(store({ shards: 2 }).get("sum"))).code).toBe("limit-exceeded");
  });

  test.each<AttributeValue>([{ S: "tomorrow" }, { BOOL: true }, { L: [] }, { NULL: true }])(
    "whose write fence is %j is named at once, and left as it is",
    async (fence) => {
      const { put, tableName, store } = await setUp(engine);
      await put({ id: { S: "a" }, sk: { S: "value" }, value: { N: "7" }, fence });
      await using proxy = await startLossyProxy(engine.endpoint);
      const client = localClient(proxy.endpoint);
      const asked = store({ client }).apply({ id: "a", commands: [increment()], idempotencyKey: "t" });
      const { code, message } = await errorOf(asked);
      expect({ code, message }).toMatchObject({
        code: "misconfigured",
        message: expect.stringContaining(`has the write fence ${JSON.stringify(fence)}`),
      });
      const requests = Object.values(proxy.requests).reduce((sum, count) => sum + count, 0);
      expect(requests).toBeLessThanOrEqual(2); // dynalite is asked for the item
      expect((await partsOf(engine.client, tableName, "a")).get("value")).toMatchObject({
        value: { N: "7" },
        fence,
      });
      client.destroy();
    },
  );

  test("whose record cannot be read keeps no expired key of the same counter from being removed", async () => {
    const { put, store, keysOf } = await setUp(engine);
    const expired = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`k#expired${n}`, recordAt(START - 86_400_000)]),
    );
    await put({
      id: { S: "a" },
      sk: { S: "value" },
      value: { N: "7" },
      "k#0unreadable": { S: "v9/unknown" },
      ...expired,
    });
    await store().apply({ id: "a", commands: [increment()], idempotencyKey: COMPACTING[0] });
    expect((await keysOf("a")).toSorted()).toEqual(
      ["k#0unreadable", keyAttribute(COMPACTING[0] ?? "")].toSorted(),
    );
  });
});

describe.each(engines.filter(hasTransactions))("one counter, on $engine", (engine) => {
  /** Keys of so many live requests, over a minute: more than stay in an item. */
  const live = Object.fromEntries(
    Array.from({ length: 150 }, (_, n) => [`k#live${n}`, recordAt(START - n * 400)]),
  );

  test("whose record cannot be read has its other keys moved", async () => {
    const { put, store, keysOf } = await setUp(engine);
    const unreadable = { "k#0unreadable": { S: "v9/unknown" } };
    await put({ id: { S: "a" }, sk: { S: "value" }, value: { N: "7" }, ...unreadable, ...live });
    await store().apply({ id: "a", commands: [increment()], idempotencyKey: COMPACTING[0] });
    const keys = await keysOf("a");
    expect(keys.length).toBeLessThan(60);
    expect(keys).toContain("k#0unreadable");
  });

  test("whose transactions are denied leaves the keys of others to be moved, and is tried again later", async () => {
    const { clock, put, store, keysOf } = await setUp(engine);
    for (const id of ["denied", "allowed"])
      await put({ id: { S: id }, sk: { S: "value" }, value: { N: "7" }, ...live });
    const client = localClient(engine.endpoint);
    let isDenied = true;
    let denials = 0;
    client.middlewareStack.add(
      (next) => async (args) => {
        const input = JSON.stringify(args.input);
        if (isDenied && input.includes("TransactItems") && input.includes('"denied"')) {
          denials++;
          throw Object.assign(new Error("not for this key"), { name: "AccessDeniedException" });
        }
        return next(args);
      },
      { step: "initialize" },
    );
    const counting = store({ client });
    const [first, second, third, fourth] = COMPACTING;
    const count = (id: string, idempotencyKey: string | undefined) =>
      counting.apply({ id, commands: [increment()], idempotencyKey });
    await count("denied", first);
    await count("denied", second);
    expect(denials).toBe(1);
    await count("allowed", first);
    expect((await keysOf("allowed")).length).toBeLessThan(60);
    expect((await keysOf("denied")).length).toBe(152);
    isDenied = false;
    await count("denied", third);
    expect((await keysOf("denied")).length).toBe(153);
    clock.now += 60_000;
    await count("denied", fourth);
    expect((await keysOf("denied")).length).toBeLessThan(60);
    client.destroy();
  });
});

test("a message names no role, and its cause is as AWS said it", async () => {
  const { client } = engines[0] as RunningDynamoDB; // there always is one
  const said =
    "User: arn:aws:sts::123456789012:assumed-role/billing-prod-role/i-0abc is not authorized to perform: dynamodb:UpdateItem on resource: arn:aws:dynamodb:eu-west-1:123456789012:table/counters because no identity-based policy allows the dynamodb:UpdateItem action";
  const denied = new Proxy(client, {
    get: (target, name) =>
      name === "send"
        ? () => Promise.reject(Object.assign(new Error(said), { name: "AccessDeniedException" }))
        : (Reflect.get(target, name) as unknown),
  });
  const store = createDynamoDBCounterStore({ client: denied, tableName: "counters" });
  for (const asked of [
    store.apply({ id: "a", commands: [increment()] }),
    store.get("a"),
    store.delete("a"),
  ]) {
    const { code, message, cause } = await errorOf(asked);
    expect(code).toBe("misconfigured");
    expect(message).not.toMatch(/billing-prod-role|arn:aws:(?:sts|iam)/u);
    expect(message).toContain("is not authorized to perform: dynamodb:UpdateItem on resource");
    expect((cause as Error).message).toBe(said);
  }
});
