import type { DynamoDBClient, UpdateItemCommandOutput } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { borrowDynamoDB } from "../../../scripts/test/borrow-dynamodb.ts";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";

test("a write costs the units that the README says, by the keys that are live", async () => {
  const { client, engine, stop } = await borrowDynamoDB();
  try {
    await ensureCounterTable(client, "counters");
    const units = await unitsByWrite(client, 60);
    // dynalite counts one unit, whatever the size of the item.
    expect([units[0], units[9], units[59]]).toEqual(engine === "dynalite" ? [1, 1, 1] : [1, 1, 2]);
  } finally {
    await stop();
  }
});

/** The write units of so many writes to one counter, each with an idempotency key that stays live. */
async function unitsByWrite(client: DynamoDBClient, writes: number): Promise<readonly number[]> {
  const units: number[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
      const { ConsumedCapacity } = result.output as Partial<UpdateItemCommandOutput>; // this store sends nothing else
      if (ConsumedCapacity) units.push(ConsumedCapacity.CapacityUnits ?? 0);
      return result;
    },
    { step: "initialize" },
  );
  const store = createDynamoDBCounterStore({ client, tableName: "counters" });
  for (let n = 0; n < writes; n++)
    await store.apply({ id: "a", commands: [increment()], idempotencyKey: `t${n}` });
  return units;
}
