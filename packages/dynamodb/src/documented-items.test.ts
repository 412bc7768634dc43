import { readFileSync } from "node:fs";
import { ScanCommand, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { decrement, increment } from "@durable-counter/core";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";
import { createFullStore, type FullStore } from "./full-store.fixture.ts";

const document = readFileSync(new URL("../../../docs/how-exactly-once-works.md", import.meta.url), "utf8");

/** The items that the document shows under a name. */
function documentedItems(name: string): unknown {
  const block = new RegExp(`<!-- items: ${name} -->\\s*\`\`\`json\\n([^\`]*)\`\`\``, "u").exec(document);
  return JSON.parse(block?.[1] ?? `"the document has no items named ${name}"`);
}

const applyBatch = (store: FullStore) =>
  store.apply({ id: "stock-4711", commands: [increment(5), decrement(2)], idempotencyKey: "order-1017" });

/** Runs one request on an empty table. */
async function applyOneRequest(
  options: Pick<DynamoDBCounterStoreOptions, "idempotency" | "shards">,
  ask: (store: FullStore) => Promise<unknown> = applyBatch,
) {
  const db = createSimulatedDynamoDB();
  const client = db.client();
  const updates: UpdateItemCommandInput[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === "UpdateItemCommand") updates.push(args.input as UpdateItemCommandInput);
        return next(args);
      },
    { step: "initialize" },
  );
  await ensureCounterTable(client, "counters");
  const store = createFullStore({
    client,
    tableName: "counters",
    now: () => db.clock.now(),
    sleep: (ms, signal) => db.clock.sleep(ms, signal),
    random: () => 0,
    ...options,
  });
  await ask(store);
  const { Items: items = [] } = await client.send(new ScanCommand({ TableName: "counters" }));
  return { items, updates };
}
test.each([
  ["inline", { idempotency: { strategy: "inline" } }],
  ["separate-item", { idempotency: { strategy: "separate-item" } }],
  ["shards", { shards: 8 }],
] as const)("the document shows the items of a real request: %s", async (name, options) => {
  expect(documentedItems(name)).toEqual((await applyOneRequest(options)).items);
});

test("the document shows the items of a real request: several counters", async () => {
  const entries = [
    { id: "credits-alice", commands: [decrement(30)], initial: 100 },
    { id: "credits-bob", commands: [increment(30)] },
  ];
  const { items } = await applyOneRequest({}, (store) =>
    store.applyAll({ entries, idempotencyKey: "order-1017" }),
  );
  expect(documentedItems("several counters")).toEqual(items);
});

test("the document shows the update and the condition of a real request", async () => {
  const shown = /<!-- update and condition -->\s*```text\n([^`]*)```/u.exec(document)?.[1] ?? "";
  const { updates } = await applyOneRequest({ idempotency: { strategy: "inline" } });
  const sent = updates.map(({ UpdateExpression, ConditionExpression }) => [
    UpdateExpression,
    ConditionExpression,
  ]);
  expect(shown.split("\n\n").map((expression) => expression.replaceAll(/\s+/gu, " ").trim())).toEqual(
    sent[0],
  );
});
