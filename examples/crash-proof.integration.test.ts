// The deployed handler, crashed at every point on a real DynamoDB engine. On a simulated one, crash-proof.exhaustive.test.ts
// also crashes it around the calls of its store, and with other events.
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { localClient, startFaultyNetwork } from "@durable-counter/testing/dynamodb";
import { afterAll, expect, test } from "vitest";
import { borrowDynamoDB } from "../scripts/test/borrow-dynamodb.ts";
import { counterIn, long } from "./crash-proof.fixture.ts";

const { client, endpoint, stop } = await borrowDynamoDB();
const tableName = "counters";
await ensureCounterTable(client, tableName);
// No fault is wanted of it but to know when a process that died has its last request carried out.
const network = await startFaultyNetwork(endpoint, { faults: {} });
const visitor = localClient(network.endpoint);
afterAll(async () => {
  visitor.destroy();
  await network.stop();
  await stop();
});
const counter = counterIn(createDynamoDBCounterStore({ client: visitor, tableName }), () => network.drain());

// A handler reads its environment when it is imported.
Object.assign(process.env, {
  TABLE_NAME: tableName,
  AWS_ENDPOINT_URL_DYNAMODB: network.endpoint,
  AWS_REGION: "local", // that of the client which makes the table: DynamoDB Local has tables by region and key
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
});
const { handler } = await import("./03-durable-on-dynamodb.ts");

test("03 counts a long batch once, whatever point it crashes at", async () => {
  expect(await counter.count(handler, long, { steps: "command", crashes: 1 })).toEqual([]);
});

test("03 counts an event once that is delivered again, and answers it alike, whatever point it crashes at", async () => {
  expect(await counter.countRedelivered(handler, "command")).toEqual([]);
});
