import { counterStoreContract } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";
import { strategiesOf } from "./simulated.fixture.ts";

const engines = await startEngines();
let tables = 0;

describe.each(engines)("the store on $engine", (engine) => {
  const { client } = engine;
  describe.each(strategiesOf({ transactions: hasTransactions(engine) }))(
    "with the strategy %s",
    (strategy) => {
      counterStoreContract({ describe, test, expect }, async (options = {}) => {
        const tableName = `contract-${++tables}`;
        await ensureCounterTable(client, tableName);
        const timeoutMs = 600_000; // Only ends a hang: no rule depends on the speed of an engine.
        return createDynamoDBCounterStore({
          client,
          tableName,
          idempotency: { strategy },
          timeoutMs,
          ...options,
        });
      });
    },
  );
});
