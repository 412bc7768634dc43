import { setImmediate } from "node:timers/promises";
import { BatchWriteItemCommand, ScanCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { counterStoreContract, type StoreCapability } from "@durable-counter/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { createFullStore } from "./full-store.fixture.ts";
import { ensureCounterTable } from "./index.ts";
import { createStoreWithMovedHolds } from "./moved-holds.fixture.ts";
import { strategiesOf } from "./simulated.fixture.ts";

const engines = await startEngines();
let tables = 0;

/** Lends empty tables: to empty one takes a tenth of the time that it takes to create one. */
function createTablePool(client: DynamoDBClient) {
  const free: string[] = [];
  return async (): Promise<string> => {
    const tableName = free.pop() ?? `contract-${++tables}`;
    await ensureCounterTable(client, tableName);
    onTestFinished(async () => {
      await emptyTable(client, tableName);
      free.push(tableName);
    });
    return tableName;
  };
}

async function emptyTable(client: DynamoDBClient, tableName: string): Promise<void> {
  for (;;) {
    const { Items = [] } = await client.send(
      new ScanCommand({
        TableName: tableName,
        ProjectionExpression: "id, sk",
        ConsistentRead: true,
        Limit: 25,
      }),
    );
    if (Items.length === 0) return;
    const deletions = Items.map((Key) => ({ DeleteRequest: { Key } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: deletions } }));
  }
}

let passed = 0;
const advanceTime = (ms: number) => {
  passed += ms;
};

describe.each(engines)("the store on $engine", (engine) => {
  const { client } = engine;
  const lendTable = createTablePool(client);
  const transactions = hasTransactions(engine);
  const strategies = strategiesOf({ transactions });
  // One strategy shows what an engine does with these; the simulated engines, which are compared with it, have all.
  const lastStrategy = strategies.at(-1);
  const capabilities: readonly StoreCapability[] = transactions
    ? ["applyAll", "getMany", "holds", "windows"]
    : ["getMany", "holds", "windows"];
  describe.each(strategies)("with the strategy %s", (strategy) => {
    counterStoreContract(
      { describe, test, expect },
      async (options = {}) =>
        createFullStore({
          client,
          tableName: await lendTable(),
          idempotency: { strategy },
          timeoutMs: 600_000, // Only ends a hang: no rule depends on the speed of an engine.
          sleep: () => setImmediate(), // Nor on how long writers wait for each other.
          now: () => Date.now() + passed,
          ...options,
        }),
      { capabilities: strategy === lastStrategy ? capabilities : [], advanceTime },
    );
  });
});

describe.each(engines.filter(hasTransactions))(
  "the store on $engine, with every hold in an item of its own",
  ({ client }) => {
    const lendTable = createTablePool(client);
    counterStoreContract(
      { describe: onlyHolds, test, expect },
      async (options = {}) =>
        createStoreWithMovedHolds({
          client,
          tableName: await lendTable(),
          timeoutMs: 600_000,
          sleep: () => setImmediate(),
          now: () => Date.now() + passed,
          ...options,
        }),
      { capabilities: ["holds"], advanceTime },
    );
  },
);

function onlyHolds(name: string, body: () => void): void {
  if (name === "holds") body();
}
