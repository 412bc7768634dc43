import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, isCounterError } from "@durable-counter/core";
import type { RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { hasTransactions, partsOf, startEngines } from "./engines.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";

const engines = await startEngines();
const tableName = "counters";
await Promise.all(engines.map(({ client }) => ensureCounterTable(client, tableName)));
let counters = 0;

/** Made as `DynamoDBDocumentClient.from(client)` is: another class, with the configuration and the middleware of the client. */
class DocumentClient {
  readonly config: DynamoDBClient["config"];
  readonly middlewareStack: DynamoDBClient["middlewareStack"];
  readonly send: DynamoDBClient["send"];

  constructor(client: DynamoDBClient) {
    this.config = client.config;
    this.middlewareStack = client.middlewareStack;
    this.send = client.send.bind<DynamoDBClient["send"]>(client);
  }
}

const accepted = {
  "a document client": (client: DynamoDBClient) => new DocumentClient(client) as DynamoDBClient, // it lacks only `destroy`
  "a client behind a proxy": (client: DynamoDBClient) => new Proxy(client, {}),
};

async function lifeOf(engine: RunningDynamoDB, client: DynamoDBClient, shards: number | undefined) {
  const id = `counter-${++counters}`;
  const idempotency = { strategy: hasTransactions(engine) ? "separate-item" : "inline" } as const;
  const store = createDynamoDBCounterStore({ client, tableName, idempotency, shards });
  for (let n = 0; n < 5; n++) await store.apply({ id, commands: [increment()], idempotencyKey: `t${n}` });
  expect(await store.apply({ id, commands: [increment()], idempotencyKey: "t0" })).toMatchObject({
    replayed: true,
  });
  expect(await store.get(id)).toBe(5);
  const listed = [];
  for await (const entry of store.list()) if (entry.id === id) listed.push(entry.value);
  expect(listed).toEqual([5]);
  await store.delete(id);
  return Array.from((await partsOf(engine.client, tableName, id)).keys());
}

describe.each(engines)("a store on $engine", (engine) => {
  test.each(Object.keys(accepted) as (keyof typeof accepted)[])("works as a whole with %s", async (kind) => {
    const client = accepted[kind](engine.client);
    expect(await lifeOf(engine, client, undefined)).toEqual([]);
    expect(await lifeOf(engine, client, 4)).toEqual(["value"]);
  });
});

describe("a client that could not do everything is refused at once", () => {
  const { client } = engines[0] as RunningDynamoDB; // there always is one
  const { config, middlewareStack } = client;
  const send = client.send.bind<DynamoDBClient["send"]>(client);
  class DaxDocument extends DocumentClient {}

  test.each([
    ["a wrapper around send", { config, send }],
    ["a function", send],
    ["nothing", undefined],
    ["a client without a configuration", { send, middlewareStack }],
    ["a client of another service", { send, middlewareStack, config: { serviceId: "S3" } }],
    ["a DAX client", new DaxDocument(client)],
  ])("%s", (_, wrong) => {
    let error: unknown;
    try {
      createDynamoDBCounterStore({ client: wrong as DynamoDBClient, tableName }); // wrong on purpose
    } catch (thrown) {
      error = thrown;
    }
    expect(isCounterError(error, "invalid-input")).toBe(true);
    expect(String(error)).toContain("pass a DynamoDBClient or DynamoDBDocumentClient");
  });
});
