import {
  CreateTableCommand,
  PutItemCommand,
  ScanCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { decrement, get, increment, isCounterError, set, type CounterStore } from "@durable-counter/core";
import {
  localClient,
  startDynamoDB,
  startLossyProxy,
  type LossyProxy,
  type RunningDynamoDB,
} from "@durable-counter/testing/dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { putFullItem } from "./full-item.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";

const tableName = "counters";
let engine: RunningDynamoDB;
let proxy: LossyProxy;
let client: DynamoDBClient;
let counters = 0;
let id: string;

beforeAll(async () => {
  engine = await startDynamoDB({ engine: "dynalite" });
  await ensureCounterTable(engine.client, tableName);
});
afterAll(() => engine.stop());
beforeEach(async () => {
  proxy = await startLossyProxy(engine.endpoint);
  client = localClient(proxy.endpoint);
  id = `counter-${++counters}`;
});
afterEach(async () => {
  client.destroy();
  await proxy.stop();
});

const store = (options: Partial<DynamoDBCounterStoreOptions> = {}): CounterStore =>
  createDynamoDBCounterStore({ client, tableName, ...options });

const item = async () => {
  const { Items = [] } = await engine.client.send(new ScanCommand({ TableName: tableName }));
  return Items.find((candidate) => candidate["id"]?.S === id) ?? {};
};
const keys = async () => Object.keys(await item()).filter((name) => name.startsWith("k#")).length;

describe("the price of a batch", () => {
  test("is one request, whatever its length, and no read", async () => {
    const commands = Array.from({ length: 1_000 }, (_, n) => (n % 3 === 2 ? decrement() : increment(2)));
    await store({ limits: { min: 0 } }).apply({ id, commands });
    expect(proxy.requests).toEqual({ UpdateItem: 1 });
  });

  test("is one request for a batch that creates the counter, and one for each that follows", async () => {
    for (let n = 1; n <= 5; n++)
      await store().apply({ id, commands: [increment()], idempotencyKey: `t${n}` });
    expect(proxy.requests).toEqual({ UpdateItem: 5 });
  });

  test("is one request for a batch that sets a value, and no read", async () => {
    await store({ limits: { min: 0, max: 9 } }).apply({ id, commands: [set(7)] });
    await store({ limits: { min: 0, max: 9 } }).apply({ id, commands: [decrement(2), set(3), increment()] });
    expect(proxy.requests).toEqual({ UpdateItem: 2 });
  });

  test("is one read for a batch that only reads", async () => {
    await store().apply({ id, commands: [get(), get()] });
    expect(proxy.requests).toEqual({ GetItem: 1 });
  });

  test("is one read and no write for a batch that no value could satisfy", async () => {
    const commands = [increment(5), decrement(9)];
    await expect(store({ limits: { min: 0, max: 3 } }).apply({ id, commands })).rejects.toThrow(
      /\[limit-exceeded\]/u,
    );
    expect(proxy.requests).toEqual({ GetItem: 1 });
  });
});

describe("a reply that is lost", () => {
  test.each([undefined, "idempotencyKey"])(
    "is asked for again by the AWS SDK, and counts once (idempotencyKey: %s)",
    async (idempotencyKey) => {
      proxy.loseReply("UpdateItem");
      const receipt = await store().apply({ id, commands: [increment(5), decrement(2)], idempotencyKey });
      expect(receipt).toEqual({
        value: 3,
        results: [
          { type: "increment", before: 0, after: 5 },
          { type: "decrement", before: 5, after: 3 },
        ],
        replayed: idempotencyKey !== undefined,
      });
      expect(proxy.requests["UpdateItem"]).toBe(2);
      expect(await store().get(id, { consistent: true })).toBe(3);
    },
  );

  test("leaves the outcome unknown once the AWS SDK gives up, and the same idempotency key finds out", async () => {
    for (let n = await client.config.maxAttempts(); n > 0; n--) proxy.loseReply("UpdateItem");
    const request = { id, commands: [increment(5)], idempotencyKey: "t" };
    const error: unknown = await store()
      .apply(request)
      .catch((thrown: unknown) => thrown);
    expect(isCounterError(error, "outcome-unknown") && error.retryable).toBe(true);
    expect(String(error)).toMatch(
      /may or may not have been changed.*Ask again with the idempotency key "t"/u,
    );
    expect(await store().apply(request)).toMatchObject({ value: 5, replayed: true });
    expect(await store().get(id, { consistent: true })).toBe(5);
  });

  test("without an idempotency key, is asked for with the idempotency key that the error tells", async () => {
    for (let n = await client.config.maxAttempts(); n > 0; n--) proxy.loseReply("UpdateItem");
    const request = { id, commands: [increment(5)] };
    const error: unknown = await store()
      .apply(request)
      .catch((thrown: unknown) => thrown);
    const idempotencyKey = isCounterError(error, "outcome-unknown")
      ? String(error.details["idempotencyKey"])
      : "";
    expect(await store().apply({ ...request, idempotencyKey })).toMatchObject({ value: 5, replayed: true });
  });

  test("is not asked for again once the idempotency key may have been forgotten", async () => {
    const late = store({ now: () => (proxy.requests["UpdateItem"] === undefined ? 0 : 400_000) });
    proxy.loseReply("UpdateItem");
    await expect(late.apply({ id, commands: [increment(5)] })).rejects.toThrow(
      /LateAttempt: It was asked longer ago than its idempotency key is remembered\. \[outcome-unknown\]/u,
    );
    expect(proxy.requests["UpdateItem"]).toBe(1);
  });

  test("is noticed for each request by itself, where the client keeps the middleware of the first", async () => {
    Object.assign(client.config, { cacheMiddleware: true });
    let now = 0;
    const counting = store({ now: () => now, idempotency: { retentionSeconds: 60 } });
    await counting.apply({ id, commands: [increment()], idempotencyKey: "first" });
    now += 3_600_000;
    proxy.loseReply("UpdateItem");
    const second = { id, commands: [increment()], idempotencyKey: "second" };
    expect(await counting.apply(second)).toMatchObject({ value: 2 });
    for (let n = await client.config.maxAttempts(); n > 0; n--) proxy.loseReply("UpdateItem");
    const third = { id, commands: [increment()], idempotencyKey: "third" };
    await expect(counting.apply(third)).rejects.toThrow(/\[outcome-unknown\]/u);
    expect(await counting.apply(third)).toMatchObject({ value: 3, replayed: true });
  });

  test("is noticed where a middleware of the client puts another input in the place of ours", async () => {
    client.middlewareStack.add((next) => (args) => next({ ...args, input: structuredClone(args.input) }), {
      step: "initialize",
    });
    for (let n = await client.config.maxAttempts(); n > 0; n--) proxy.loseReply("UpdateItem");
    const request = { id, commands: [increment()], idempotencyKey: "t" };
    await expect(store().apply(request)).rejects.toThrow(/\[outcome-unknown\]/u);
    expect(await store().apply(request)).toMatchObject({ value: 1, replayed: true });
  });

  test("could go unnoticed where a middleware hands on too little: that is said, and nothing is sent", async () => {
    client.middlewareStack.add(
      (next) =>
        ({ input }) =>
          next({ input }),
      { step: "initialize" },
    );
    await expect(store().apply({ id, commands: [increment()] })).rejects.toThrow(
      /A middleware of the client hands on too little.*\[misconfigured\]/u,
    );
    expect(proxy.requests).toEqual({});
  });

  test("leaves the outcome unknown where the refusal of the retry cannot be explained", async () => {
    proxy.loseReply("UpdateItem");
    for (let n = await client.config.maxAttempts(); n > 0; n--) proxy.loseRequest("GetItem");
    const request = { id, commands: [increment(5)], idempotencyKey: "t" };
    await expect(store().apply(request)).rejects.toThrow(/\[outcome-unknown\]/u);
    expect(await store().apply(request)).toMatchObject({ value: 5, replayed: true });
  });

  test("counts once under limits too, where the retry would no longer fit", async () => {
    proxy.loseReply("UpdateItem");
    const receipt = await store({ initial: 5, limits: { min: 0 } }).apply({
      id,
      commands: [decrement(4)],
      idempotencyKey: "t",
    });
    expect(receipt).toMatchObject({ value: 1, replayed: true });
  });

  test("counts once where the batch was clamped", async () => {
    const clamping = store({ initial: 5, limits: { min: 0, onLimit: "clamp" } });
    const request = { id, commands: [decrement(9), increment()], idempotencyKey: "t" };
    proxy.loseReply("UpdateItem"); // of the write for any value, which is refused
    proxy.loseReply("UpdateItem"); // of the write for this value
    expect(await clamping.apply(request)).toMatchObject({ value: 1 });
    expect(await clamping.get(id, { consistent: true })).toBe(1);
  });
});

describe("a request that is lost", () => {
  test("is sent again by the AWS SDK, and counts once", async () => {
    proxy.loseRequest("UpdateItem");
    expect(await store().apply({ id, commands: [increment(5)], idempotencyKey: "t" })).toMatchObject({
      value: 5,
      replayed: false,
    });
  });

  test("of a read leaves the counter unavailable, for nothing was written", async () => {
    for (let n = await client.config.maxAttempts(); n > 0; n--) proxy.loseRequest("GetItem");
    await expect(store().get(id)).rejects.toThrow(
      /could not be reached; nothing was written.*\[unavailable\]/u,
    );
  });

  test("to where nobody listens leaves the counter unavailable", async () => {
    await proxy.stop();
    await expect(store().apply({ id, commands: [increment()] })).rejects.toThrow(/\[unavailable\]/u);
  });
});

describe("tokens", () => {
  test("are forgotten after their window, a few at a time, so that the item does not grow without bound", async () => {
    let now = Date.UTC(2026, 0, 1);
    const counting = store({ now: () => now, idempotency: { retentionSeconds: 60 } });
    const most: number[] = [];
    for (let n = 0; n < 500; n++) {
      await counting.apply({ id, commands: [increment()], idempotencyKey: `t${n}` });
      now += 3_000;
      if (n % 50 === 49) most.push(await keys());
    }
    // 160 are live or within the grace period at any time; the rest wait for the next clean-up.
    expect(Math.max(...most)).toBeLessThan(280);
    expect(await counting.get(id)).toBe(500);
    expect(proxy.requests["UpdateItem"]).toBeLessThan(500 * 1.05);
  });

  test("are recognised as long as they are remembered, even past their window", async () => {
    let now = 0;
    const counting = store({ now: () => now, idempotency: { retentionSeconds: 60 } });
    const request = { id, commands: [increment()], idempotencyKey: "t" };
    await counting.apply(request);
    now += 3_600_000;
    expect(await counting.apply(request)).toMatchObject({ value: 1, replayed: true });
  });
});

describe("an item that is full of keys", () => {
  const now = () => Date.UTC(2026, 0, 1);
  const write = (n: number) => store({ now }).apply({ id, commands: [increment()], idempotencyKey: `t${n}` });

  const fill = (expiresAt: number) => putFullItem(engine.client, tableName, id, expiresAt);

  test("makes room by forgetting those that have expired", async () => {
    await fill(now() / 1000 - 86_400);
    for (let n = 0; n < 30; n++) await write(n);
    expect(await store().get(id)).toBe(37);
    await store().delete(id);
  });

  test("asks for less where they are all live, and counts nothing", async () => {
    await fill(now() / 1000 + 86_400);
    let counted = 0;
    const error: unknown = await (async () => {
      for (; counted < 30; counted++) await write(counted);
    })().catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(
      /item is full of keys.*shorten idempotency.retentionSeconds.*\[throttled\]/u,
    );
    expect(await store().get(id)).toBe(7 + counted);
    await store().delete(id);
  });
});

describe("what is set up wrongly", () => {
  const refusal = async (promise: Promise<unknown>) => {
    const error: unknown = await promise.catch((thrown: unknown) => thrown);
    expect(isCounterError(error, "misconfigured") && !error.retryable).toBe(true);
    return String(error);
  };

  test("a table that is not there is named, with the remedy", async () => {
    const lost = store({ tableName: "nowhere" });
    const asking = [
      () => lost.apply({ id, commands: [increment()] }),
      () => lost.get(id),
      () => lost.delete(id),
    ];
    for (const ask of asking) {
      expect(await refusal(ask())).toMatch(
        /"nowhere" cannot be used: the table does not exist.*ensureCounterTable/u,
      );
    }
    expect(await refusal(lost.list()[Symbol.asyncIterator]().next())).toMatch(/"nowhere"/u);
  });

  test("a client that cannot send is told so, and nothing was written", async () => {
    const nowhere = store({ client: localClient("http://127.0.0.1:99999") });
    expect(await refusal(nowhere.apply({ id, commands: [increment()] }))).toContain(
      "Check its region, endpoint and credentials",
    );
  });

  test("a client that was destroyed connects anew, and counts once", async () => {
    await store().apply({ id, commands: [increment()], idempotencyKey: "t" });
    client.destroy();
    expect(await store().apply({ id, commands: [increment()], idempotencyKey: "t" })).toMatchObject({
      replayed: true,
    });
    expect(await store().get(id)).toBe(1);
  });

  test("a client that is destroyed while it asks leaves the outcome to the same idempotency key", async () => {
    const request = { id, commands: [increment()], idempotencyKey: "t" };
    const asked = store()
      .apply(request)
      .catch((error: unknown) => error);
    setImmediate(() => client.destroy());
    const told = await asked;
    expect(told instanceof Error ? isCounterError(told, "outcome-unknown") : told).toBeTruthy();
    expect(await store().apply(request)).toMatchObject({ value: 1 });
  });

  test("a table with other keys is named, and nothing is written", async () => {
    await engine.client.send(
      new CreateTableCommand({
        TableName: "others",
        KeySchema: [{ AttributeName: "name", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "name", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    const others = store({ tableName: "others" });
    for (const ask of [
      () => others.apply({ id, commands: [increment()] }),
      () => others.get(id),
      () => others.delete(id),
    ]) {
      expect(await refusal(ask())).toMatch(
        /"others" cannot be used: the table's keys.*counterTableInput\(\)/u,
      );
    }
    expect((await engine.client.send(new ScanCommand({ TableName: "others" }))).Count).toBe(0);
  });

  test("an item that a newer version wrote is left as it is", async () => {
    const Item = { id: { S: id }, sk: { S: "value" }, value: { N: "5" }, fence: { N: "99999999999" } };
    await engine.client.send(new PutItemCommand({ TableName: tableName, Item }));
    const write = () => store().apply({ id, commands: [increment()] });
    for (const ask of [() => store().get(id), write]) {
      expect(await refusal(ask())).toContain("was written by a newer version of @durable-counter/dynamodb");
    }
    expect(await item()).toEqual(Item);
  });

  test.each([{ S: "twelve" }, { N: "9007199254740992" }, { L: [] }])(
    "an item that holds %j is named, and left as it is",
    async (value) => {
      const Item = { id: { S: id }, sk: { S: "value" }, value };
      await engine.client.send(new PutItemCommand({ TableName: tableName, Item }));
      const write = () => store().apply({ id, commands: [increment()], limits: { max: 5 } });
      for (const ask of [() => store().get(id), write]) {
        expect(await refusal(ask())).toContain(JSON.stringify(id));
      }
      expect(await item()).toEqual(Item);
      await store().delete(id);
    },
  );

  test.each([
    ["1.5", "2.5"],
    ["1.00000000000000000001", "2.00000000000000000001"], // finer than a JavaScript number shows
  ])("an item that holds %s is never counted on as if it held a whole number", async (held, after) => {
    const Item = { id: { S: id }, sk: { S: "value" }, value: { N: held } };
    await engine.client.send(new PutItemCommand({ TableName: tableName, Item }));
    expect(await refusal(store().get(id))).toContain(`{"N":"${held}"}`);
    expect(await refusal(store().apply({ id, commands: [increment()] }))).toContain(`{"N":"${after}"}`);
    expect(await refusal(store().apply({ id, commands: [set(4)] }))).toContain(
      "held a number with a fraction",
    );
    expect(await store().apply({ id, commands: [increment()] })).toMatchObject({ value: 5 });
    await store().delete(id);
  });

  test.each([
    [{ client: {} }, "options.client is {}; pass a DynamoDBClient"],
    [{ tableName: "" }, 'options.tableName is ""; pass the table\'s name or ARN'],
    [
      { idempotency: { retentionSeconds: 5 } },
      "options.idempotency.retentionSeconds is 5; pass whole seconds from 60 to a year",
    ],
    [
      { idempotency: { strategy: "both" } },
      'options.idempotency.strategy is "both"; pass "auto", "inline" or "separate-item"',
    ],
    [{ shards: 1 }, "options.shards is 1; pass a whole number from 2 to 256"],
    [{ shards: 4, limits: { min: 0 } }, 'options.limits is {"min":0}, and no shard knows the whole'],
    [{ shards: 4, initial: 3 }, "options.initial is 3, and shards start at 0"],
    [
      { limit: { min: 0 } },
      'options has the unknown key "limit"; pass an object with "client", "tableName" and',
    ],
    [{ limits: { min: 1 }, initial: 0 }, 'let "initial" lie within "limits"'],
    [{ now: 5 }, "options.now is 5; pass a function"],
  ])("options that cannot be are refused at once: %j", (options, message) => {
    // The options are wrong on purpose.
    expect(() => store(options as Partial<DynamoDBCounterStoreOptions>)).toThrow(message);
  });
});
