import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { borrowDynamoDB } from "../../scripts/test/borrow-dynamodb.ts";
import { COUNTING_ACTIONS } from "./counter-function.ts";

/** The action that each part of a transaction needs. */
const PARTS = {
  ConditionCheck: "dynamodb:ConditionCheckItem",
  Delete: "dynamodb:DeleteItem",
  Put: "dynamodb:PutItem",
  Update: "dynamodb:UpdateItem",
} as const;

test("a function has exactly the permissions that a store needs, with every idempotency strategy", async () => {
  await using engine = await borrowDynamoDB();
  expect(engine.engine, "Install Java 17 or newer: dynalite has no transactions.").toBe("dynamodb-local");
  const { client } = engine;
  const tableName = "counters";
  await ensureCounterTable(client, tableName);
  const sent = new Set<string>();
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        const { TransactItems } = args.input as { readonly TransactItems?: readonly object[] }; // undefined unless it is a transaction
        if (TransactItems === undefined) sent.add(`dynamodb:${commandName.replace(/Command$/u, "")}`);
        for (const item of TransactItems ?? []) {
          for (const part of Object.keys(item)) sent.add(PARTS[part as keyof typeof PARTS]); // it has only these parts
        }
        return next(args);
      },
    { step: "initialize" },
  );

  for (const strategy of ["inline", "separate-item", "inline", "auto"] as const) {
    const store = createDynamoDBCounterStore({ client, tableName, idempotency: { strategy } });
    for (let n = 0; n < 3; n++) {
      const request = { id: "cart-7", commands: [increment()], idempotencyKey: `${strategy}-${n}` };
      const { value } = await store.apply(request);
      expect(await store.apply(request)).toMatchObject({ value, replayed: true });
    }
    await store.apply({ id: "cart-7", commands: [increment()] });
    await store.get("cart-7");
  }
  // Enough keys for the store to move them out of the counter's item.
  const store = createDynamoDBCounterStore({ client, tableName });
  for (let n = 0; n < 300; n++)
    await store.apply({ id: "busy", commands: [increment()], idempotencyKey: `token-${n}` });

  expect([...sent].toSorted()).toEqual(COUNTING_ACTIONS);
});
