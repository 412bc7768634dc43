import { readFileSync } from "node:fs";
import { ScanCommand, type UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { expect, test } from "vitest";
import { createFullStore } from "./full-store.fixture.ts";
import { ensureCounterTable } from "./index.ts";
import { sellOneOfTwo } from "./holds.fixture.ts";
import { createStoreWithMovedHolds } from "./moved-holds.fixture.ts";
import { NO_LATENCY } from "./simulated.fixture.ts";

const document = readFileSync(new URL("../../../docs/how-exactly-once-works.md", import.meta.url), "utf8");

/** What the document shows under a name. */
function documented(name: string): string {
  const block = new RegExp(`<!-- ${name} -->\\s*\`\`\`\\w+\\n([^\`]*)\`\`\``, "u").exec(document);
  return block?.[1] ?? `"the document has nothing named ${name}"`;
}

const id = "stock-4711";

/** Places two holds on an empty table, and ends the first. */
async function placeAndEnd(createStore: typeof createFullStore) {
  const db = createSimulatedDynamoDB({ latencyMs: NO_LATENCY });
  const client = db.client();
  const updates: (readonly [string | undefined, string | undefined])[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { UpdateExpression, ConditionExpression } = args.input as UpdateItemCommandInput; // undefined in others
        if (commandName === "UpdateItemCommand") updates.push([UpdateExpression, ConditionExpression]);
        return next(args);
      },
    { step: "initialize" },
  );
  await ensureCounterTable(client, "counters");
  const store = createStore({
    client,
    tableName: "counters",
    now: () => db.clock.now(),
    sleep: (ms, signal) => db.clock.sleep(ms, signal),
    random: () => 0,
    initial: 10,
  });
  await store.hold({ id, amount: 3, expiresIn: 900, idempotencyKey: "order-1017" });
  await store.hold({ id, amount: 2, expiresIn: 900, idempotencyKey: "order-1021" });
  await store.commit({ id, holdId: "order-1017", amount: 3 });
  await store.release({ id, holdId: "order-1021" });
  await store.hold({ id, amount: 1, expiresIn: 900, idempotencyKey: "order-1019" });
  const { Items: items = [] } = await client.send(new ScanCommand({ TableName: "counters" }));
  return { items, updates };
}

test("the README shows what a hold does", async () => {
  const db = createSimulatedDynamoDB({ latencyMs: NO_LATENCY });
  await ensureCounterTable(db.client(), "counters");
  const now = () => db.clock.now();
  const store = createFullStore({ client: db.client(), tableName: "counters", now, initial: 10 });
  expect(await sellOneOfTwo(store)).toEqual({
    value: 8,
    expiresAt: now() + 900_000,
    sold: { value: 9, replayed: false },
  });
});

test.each([
  ["items: holds", createFullStore],
  ["items: moved holds", createStoreWithMovedHolds],
] as const)("the document shows the items of real holds: %s", async (name, createStore) => {
  expect(JSON.parse(documented(name))).toEqual((await placeAndEnd(createStore)).items);
});

test.each([
  ["update and condition: hold", 0],
  ["update and condition: commit", 2],
  ["update and condition: release", 3],
] as const)("the document shows the expressions of real requests: %s", async (name, index) => {
  const { updates } = await placeAndEnd(createFullStore);
  const shown = documented(name).split("\n\n");
  expect(shown.map((expression) => expression.replaceAll(/\s+/gu, " ").trim())).toEqual(updates[index]);
});
