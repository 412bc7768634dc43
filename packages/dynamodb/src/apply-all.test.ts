import { GetItemCommand, PutItemCommand, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { decrement, get, increment, transfer, type ApplyAllRequest } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { listRequests } from "./client-middleware.fixture.ts";
import type { ApplyAllOptions } from "./index.ts";
import { createSimulation, NO_LATENCY, tableName } from "./simulated.fixture.ts";

const simulation = (options: { readonly transactions?: boolean } = {}) =>
  createSimulation({ latencyMs: NO_LATENCY, ...options });

const entries = [
  { id: "a", commands: [decrement(2)], limits: { min: 0 }, initial: 5 },
  { id: "b", commands: [increment(2), get()] },
];
const request: ApplyAllRequest = { entries, idempotencyKey: "t" };

describe("what applyAll asks of DynamoDB", () => {
  async function setUp() {
    const db = await simulation();
    const client = db.client();
    const sent = listRequests(client);
    return { ...db, sent, counted: db.createStore({ client }) };
  }

  test("one request for counters that were never written", async () => {
    const { sent, counted } = await setUp();
    await counted.applyAll(request);
    expect(sent).toEqual(["TransactWriteItems"]);
  });

  test("one request for counters that this store has written before, alone or together", async () => {
    const { sent, counted } = await setUp();
    for (const id of ["a", "b"]) await counted.apply({ id, commands: [increment(7)] });
    sent.length = 0;
    for (const idempotencyKey of ["t1", "t2", "t3"]) await counted.applyAll({ entries, idempotencyKey });
    expect(sent).toEqual(["TransactWriteItems", "TransactWriteItems", "TransactWriteItems"]);
  });

  test("two requests for counters that others have written, the second to know their values", async () => {
    const { sent, counted, createStore } = await setUp();
    for (const id of ["a", "b", "c", "d"]) await createStore().apply({ id, commands: [increment(7)] });
    await counted.applyAll(request);
    expect(sent.splice(0)).toEqual(["TransactWriteItems", "TransactWriteItems"]);
    // From now on, counters are not assumed to be new.
    const others = [
      { id: "c", commands: [increment(1)] },
      { id: "d", commands: [increment(1)] },
    ];
    await counted.applyAll({ entries: others });
    expect(sent).toEqual(["TransactWriteItems", "TransactGetItems"]);
  });

  test("one request for a retry, and for a refusal of which nothing is recorded", async () => {
    const { sent, counted } = await setUp();
    await counted.applyAll(request);
    sent.length = 0;
    expect((await counted.applyAll(request)).replayed).toBe(true);
    const refused = {
      entries: [{ ...entries[0], commands: [decrement(9)] }, entries[1]],
      idempotencyKey: "u",
    };
    await expect(counted.applyAll(refused as ApplyAllRequest)).rejects.toThrow("its minimum is 0");
    expect(sent).toEqual(["TransactWriteItems", "TransactWriteItems"]);
  });

  test("one read for entries that only read", async () => {
    const { sent, counted } = await setUp();
    const reads = ["a", "b"].map((id) => ({ id, commands: [get()] }));
    await counted.applyAll({ entries: reads });
    expect(sent).toEqual(["TransactGetItems"]);
  });
});

describe("writes alongside", () => {
  const audit = (n: string, condition = "attribute_not_exists(id)"): TransactWriteItem => ({
    Put: {
      TableName: tableName,
      Item: { id: { S: "audit" }, sk: { S: n }, who: { S: "alice" } },
      ConditionExpression: condition,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  });

  async function setUp() {
    const db = await simulation();
    const client = db.client();
    const store = db.createStore();
    const readAudit = async (n: string) =>
      (
        await client.send(
          new GetItemCommand({ TableName: tableName, Key: { id: { S: "audit" }, sk: { S: n } } }),
        )
      ).Item;
    const values = async () =>
      [await store.get("a", { consistent: true }), await store.get("b", { consistent: true })] as const;
    const failure = async (options: ApplyAllOptions, asked = request) => {
      try {
        return await store.applyAll(asked, options);
      } catch (error) {
        const { message, details } = error as Error & { details: unknown };
        return { message, details };
      }
    };
    return { ...db, client, store, readAudit, values, failure };
  }

  test("are written with the counters, once, and not by a retry", async () => {
    const { store, readAudit, values } = await setUp();
    await store.applyAll(request, { alongside: [audit("1")] });
    expect(await readAudit("1")).toMatchObject({ who: { S: "alice" } });
    const retry = await store.applyAll(request, { alongside: [audit("2")] });
    expect({ replayed: retry.replayed, values: await values() }).toEqual({ replayed: true, values: [3, 2] });
    expect(await readAudit("2")).toBeUndefined();
  });

  test("are not written if a counter refuses", async () => {
    const { failure, readAudit, values } = await setUp();
    const refused = { ...request, entries: [{ ...entries[0], commands: [decrement(6)] }, entries[1]] };
    expect(await failure({ alongside: [audit("1")] }, refused as ApplyAllRequest)).toMatchObject({
      details: { entry: 0, id: "a", value: 5, limit: 0 },
    });
    expect({ audit: await readAudit("1"), values: await values() }).toEqual({
      audit: undefined,
      values: [0, 0],
    });
  });

  test("refuse the whole request if a condition fails, and say which one, with the item", async () => {
    const { client, failure, readAudit, values } = await setUp();
    await client.send(new PutItemCommand(audit("2").Put as PutItemCommand["input"]));
    expect(await failure({ alongside: [audit("1"), audit("2")] })).toEqual({
      message:
        "options.alongside[1] was refused by its condition, and with it the whole request: no counter was changed. [limit-exceeded]",
      details: { alongside: 1, item: { id: { S: "audit" }, sk: { S: "2" }, who: { S: "alice" } } },
    });
    expect({ audit: await readAudit("1"), values: await values() }).toEqual({
      audit: undefined,
      values: [0, 0],
    });
  });

  test("refuse for good if the caller names itself, and for no other caller", async () => {
    const { client, store, failure, values } = await setUp();
    await client.send(new PutItemCommand(audit("1").Put as PutItemCommand["input"]));
    const asked = { ...request, callerId: "me" };
    const refused = /^options\.alongside\[0\] was refused/u;
    expect(await failure({ alongside: [audit("1")] }, asked)).toMatchObject({
      message: expect.stringMatching(refused),
    });
    // Even without the write that refused it, and by a store that knows nothing.
    expect(await failure({}, asked)).toEqual({
      message: expect.stringMatching(refused),
      details: { alongside: 0 },
    });
    expect(await values()).toEqual([0, 0]);
    const { results } = await store.applyAll(
      { ...request, callerId: "another" },
      { alongside: [audit("2")] },
    );
    expect(results.map(({ value }) => value)).toEqual([3, 2]);
  });

  test("can be the only writes beside entries that read", async () => {
    const { store, readAudit } = await setUp();
    const reads = { entries: [{ id: "a", commands: [get()] }] };
    await store.applyAll(reads, { alongside: [audit("1")] });
    expect(await readAudit("1")).toBeDefined();
  });

  const own = (sk: string) => ({ Delete: { TableName: tableName, Key: { id: { S: "z" }, sk: { S: sk } } } });
  const arn = `arn:aws:dynamodb:eu-west-1:123456789012:table/${tableName}`;
  test.each<[string, unknown, string]>([
    [
      "a counter's item",
      [audit("1"), own("value")],
      'options.alongside[1] is about the item {"id":{"S":"z"},"sk":{"S":"value"}} in table "counters", which belongs to a counter; change counters by request.entries.',
    ],
    [
      "a shard",
      [own("value/8/1")],
      'options.alongside[0] is about the item {"id":{"S":"z"},"sk":{"S":"value/8/1"}}',
    ],
    [
      "a key item",
      [own("k#abc")],
      'options.alongside[0] is about the item {"id":{"S":"z"},"sk":{"S":"k#abc"}}',
    ],
    [
      "a counter's item, by the table's ARN",
      [{ Delete: { ...own("value").Delete, TableName: arn } }],
      'options.alongside[0] is about the item {"id":{"S":"z"},"sk":{"S":"value"}}',
    ],
    ["no array", "audit", 'options.alongside is "audit"; pass an array of items of TransactWriteItems.'],
    [
      "no write",
      [{ Get: {} }],
      'options.alongside[0] is {"Get":{}}; pass an object with one of "Put", "Update", "Delete" and "ConditionCheck".',
    ],
    ["two writes in one", [{ ...audit("1"), ...own("x") }], "options.alongside[0] is {"],
    [
      "more than a transaction holds",
      Array.from({ length: 99 }, (_, n) => audit(`${n}`)),
      "options.alongside is an array of 99 beside 2 entries, and a transaction has at most 100 actions; pass at most 98.",
    ],
    [
      "two writes to one item",
      [audit("1"), audit("1")],
      "options.alongside has a write that DynamoDB does not take, and no counter was changed: Transaction request cannot include multiple operations on one item",
    ],
    [
      "a table that does not exist",
      [{ Put: { TableName: "audits", Item: { id: { S: "audit" } } } }],
      "options.alongside has a write to a table that does not exist in this region and account, and no counter was changed",
    ],
    [
      "an item that is too large",
      [
        {
          Put: {
            TableName: tableName,
            Item: { id: { S: "audit" }, sk: { S: "1" }, text: { S: "x".repeat(500_000) } },
          },
        },
      ],
      "options.alongside",
    ],
  ])("are refused as invalid input, and nothing is changed: %s", async (_, alongside, message) => {
    const { failure, values } = await setUp();
    const refused = (await failure({ alongside: alongside as TransactWriteItem[] })) as { message: string };
    expect(refused.message).toContain(message);
    expect(refused.message).toMatch(/\[invalid-input\]$/u);
    expect(await values()).toEqual([0, 0]);
  });

  test.each([
    [{ keys: { partition: "PK", sort: "SK" } }, "Name the keys of an existing table in the options"],
    [{ tableName: "other" }, "the table does not exist in this region and account"],
  ])("are not blamed for what is wrong with the counters' table: %j", async (options, message) => {
    const { createStore } = await setUp();
    await expect(createStore(options).applyAll(request, { alongside: [audit("1")] })).rejects.toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining(message) as string,
    });
  });

  test("travel with a transfer", async () => {
    const { store, readAudit, values } = await setUp();
    await transfer(
      store,
      { from: "a", to: "b", amount: 2, idempotencyKey: "t" },
      { alongside: [audit("1")] },
    );
    expect({ isAudited: (await readAudit("1")) !== undefined, values: await values() }).toEqual({
      isAudited: true,
      values: [-2, 2],
    });
  });
});

describe("applyAll is refused, and changes nothing,", () => {
  test("by a store with shards", async () => {
    const { createStore } = await simulation();
    const store = createStore({ shards: 4 });
    await expect(store.applyAll({ entries: [{ id: "a", commands: [increment()] }] })).rejects.toThrow(
      'request.entries has "a", which this store spreads over 4 shards, and no shard knows the whole; change counters together by a store without shards. [invalid-input]',
    );
    expect(await store.get("a")).toBe(0);
  });

  test.each(["inline", "auto"] as const)(
    "on an engine without transactions, strategy %s",
    async (strategy) => {
      const { createStore } = await simulation({ transactions: false });
      const store = createStore({ idempotency: { strategy } });
      await expect(store.applyAll({ entries: entries.slice(1), idempotencyKey: "t" })).rejects.toThrow(
        'One request for counter "b": None was changed: this engine has no transactions, as dynalite has none. Use DynamoDB, or for tests DynamoDB Local: startDynamoDB({ engine: "dynamodb-local" }). [misconfigured]',
      );
      const reads = ["a", "b"].map((id) => ({ id, commands: [get()] }));
      await expect(store.applyAll({ entries: reads })).rejects.toThrow("this engine has no transactions");
      expect(await store.get("b", { consistent: true })).toBe(0);
    },
  );

  test("for a key that was issued too long ago", async () => {
    const { createStore, clock } = await simulation();
    const old = { ...request, issuedAt: clock.now() - 3_600_000 };
    await expect(createStore().applyAll(old)).rejects.toThrow(
      /^One request for counters "a", "b": .*\[idempotency-key-expired\]$/u,
    );
    const early = { ...request, issuedAt: clock.now() + 3_600_000 };
    await expect(createStore().applyAll(early)).rejects.toThrow(
      /request\.issuedAt is \d+, which is yet to come/u,
    );
    expect(await createStore().get("b", { consistent: true })).toBe(0);
  });

  test("when its signal was aborted before, as unavailable", async () => {
    const { createStore } = await simulation();
    await expect(createStore().applyAll(request, { signal: AbortSignal.abort() })).rejects.toThrow(
      "[unavailable]",
    );
  });
});

describe("a request to several counters whose reply is lost", () => {
  test("has an unknown outcome, which says how to retry, and the retry gets the first results", async () => {
    const { createStore, network } = await simulation();
    const store = createStore({ clientOptions: { maxAttempts: 1 } });
    network.injectNext("reset-after", "TransactWriteItems");
    const told = await store.applyAll(request).then(String, (error: Error & { details: object }) => error);
    expect(told).toMatchObject({
      message: expect.stringMatching(/^One request for counters "a", "b": .*\[outcome-unknown\]$/u),
      details: { idempotencyKey: "t", issuedAt: expect.any(Number), retryUntil: expect.any(Number) },
    });
    expect(await store.applyAll(request)).toMatchObject({
      replayed: true,
      results: [{ value: 3 }, { value: 2 }],
    });
  });
});
