import { PutItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { decrement, increment } from "@durable-counter/core";
import type { RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { hasTransactions, partsOf, startEngines } from "./engines.fixture.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";
import { errorOf } from "./lost-replies.fixture.ts";

const engines = await startEngines();
const tableName = "counters";
await Promise.all(engines.map(({ client }) => ensureCounterTable(client, tableName)));
let counters = 0;

const EXPIRY = 4_102_444_800; // 2100-01-01
const NAME = "k#Z8R4zOILVx5gw-th";

type Item = Record<string, AttributeValue>;

/** Puts items as a released version wrote them, and hands out stores that meet them. */
async function setUp({ client }: RunningDynamoDB, ...items: Item[]) {
  const id = `counter-${++counters}`;
  for (const item of items)
    await client.send(new PutItemCommand({ TableName: tableName, Item: { id: { S: id }, ...item } }));
  const store = (strategy: "inline" | "separate-item" | "auto") =>
    createDynamoDBCounterStore({ client, tableName, limits: { min: 0 }, idempotency: { strategy } });
  return { id, store };
}

const strategiesOf = (engine: RunningDynamoDB) =>
  hasTransactions(engine) ? (["inline", "separate-item", "auto"] as const) : (["inline", "auto"] as const);

/** A sample of everything that a version has written of `increment(5)`, and the value after. Samples are only ever added. */
const SAMPLES: readonly (readonly [what: string, record: AttributeValue, value: number])[] = [
  ["v1, added to 7", { N: "7.4102444800567494072549" }, 12],
  ["v1, added to -7", { N: "-6.5897555199432505927451" }, -2],
  ["v1, replaced 7", { S: "v1/7/4102444800/567494072549///reject" }, 12],
  ["v1, clamped", { S: "v1/7/4102444800/567494072549/0/9/clamp" }, 9],
];

describe.each(engines)("a record of a released version, on $engine", (engine) => {
  const request = { commands: [increment(5)], idempotencyKey: "order-1017", callerId: "a" };

  test("is found under the name that it was written under", () => {
    expect(keyAttribute("order-1017")).toBe(NAME);
  });

  test.each(SAMPLES)("gives the first result again, in the counter's item: %s", async (_, record, value) => {
    const { id, store } = await setUp(engine, { sk: { S: "value" }, value: { N: "20" }, [NAME]: record });
    for (const strategy of strategiesOf(engine))
      expect(await store(strategy).apply({ id, ...request })).toMatchObject({ value, replayed: true });
  });

  test.each(hasTransactions(engine) ? SAMPLES : [])(
    "gives the first result again, in an item of its own: %s",
    async (_, record, value) => {
      const { id, store } = await setUp(
        engine,
        { sk: { S: "value" }, value: { N: "20" }, fence: { N: String(EXPIRY) } },
        { sk: { S: NAME }, record, owner: { S: "value" }, expiresAt: { N: String(EXPIRY + 420) } },
      );
      for (const strategy of strategiesOf(engine))
        expect(await store(strategy).apply({ id, ...request })).toMatchObject({ value, replayed: true });
    },
  );

  test("refuses the caller again whom it was refused to", async () => {
    const commands = [decrement(2)];
    const record = { S: `v1/1/${EXPIRY}/145185998129/0//reject/ypeBEsob/1f3a5c7e` };
    const { id, store } = await setUp(engine, { sk: { S: "value" }, value: { N: "20" }, [NAME]: record });
    for (const strategy of strategiesOf(engine)) {
      const { code, message } = await errorOf(store(strategy).apply({ id, ...request, commands }));
      expect({ code, message }).toMatchObject({
        code: "limit-exceeded",
        message: expect.stringContaining("is at 1"),
      });
    }
  });
});

describe.each(engines)("a record that cannot be read, on $engine", (engine) => {
  const request = { commands: [increment(5)], idempotencyKey: "order-1017" };
  const foreign: readonly AttributeValue[] = [
    { S: "v2:7:of-a-later-version" },
    { S: "7/4102444800/000000000007/0/9/clamp" },
    { S: "" },
    { BOOL: true },
    { M: { version: { N: "2" } } },
    { N: "1.12345678901234567890123456" },
  ];

  test.each(foreign)(
    "refuses the request, in the counter's item, and nothing is changed: %j",
    async (record) => {
      const item = { sk: { S: "value" }, value: { N: "20" }, [NAME]: record };
      const { id, store } = await setUp(engine, item);
      for (const strategy of strategiesOf(engine)) {
        const { code, message } = await errorOf(store(strategy).apply({ id, ...request }));
        expect({ code, message }).toMatchObject({
          code: "misconfigured",
          message: expect.stringMatching(/order-1017.*newer version.*upgrade/u),
        });
      }
      expect(Array.from((await partsOf(engine.client, tableName, id)).values())).toEqual([
        { id: { S: id }, ...item },
      ]);
      // Another key is not affected.
      expect(await store("auto").apply({ id, ...request, idempotencyKey: "t" })).toMatchObject({ value: 25 });
    },
  );

  test.each(hasTransactions(engine) ? [...foreign, undefined] : [])(
    "refuses the request, in an item of its own, and nothing is changed: %j",
    async (record) => {
      const keyItem = { sk: { S: NAME }, ...(record !== undefined && { record }) };
      const { id, store } = await setUp(
        engine,
        { sk: { S: "value" }, value: { N: "20" }, fence: { N: String(EXPIRY) } },
        keyItem,
      );
      for (const strategy of strategiesOf(engine))
        expect((await errorOf(store(strategy).apply({ id, ...request }))).code).toBe("misconfigured");
      expect(await store("auto").get(id, { consistent: true })).toBe(20);
      expect((await partsOf(engine.client, tableName, id)).get(NAME)).toEqual({ id: { S: id }, ...keyItem });
    },
  );
});
