import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { moveOldValue } from "./move-old-value.ts";
import { addViews, createApplication, id, key, tableName } from "./old-writers.fixture.ts";

interface Event {
  readonly order: string;
  readonly views: number;
}

const RECORDS = "idempotency";
const context = { getRemainingTimeInMillis: () => 60_000 } as NonNullable<IdempotencyConfig["lambdaContext"]>;

async function deploy() {
  const { client, storeOf, db } = await createApplication(1);
  const { now } = db.clock;
  await client.send(
    new CreateTableCommand({
      TableName: RECORDS,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    }),
  );
  const wrapped = (count: (event: Event) => Promise<unknown>) => {
    const handler = makeIdempotent(
      async (event: Event, _context: typeof context) => {
        await count(event);
        return { counted: true };
      },
      {
        // The same records before and after: the same table, the same prefix and the same part of the event.
        persistenceStore: new DynamoDBPersistenceLayer({ tableName: RECORDS, awsSdkV3Client: client }),
        keyPrefix: "count-views",
        config: new IdempotencyConfig({ eventKeyJmesPath: "order" }),
      },
    );
    return (event: Event) => handler(event, context);
  };
  const store = storeOf(client);
  const countInStore = ({ order, views }: Event) =>
    store.apply({ id, commands: [increment(views)], idempotencyKey: order });
  return {
    oldVersion: wrapped(({ views }) => addViews(client, views)),
    dualVersion: wrapped(countInStore),
    newVersion: countInStore,
    finish: async () => {
      const old = { client, tableName, key, attribute: "pageViews", store, id, now };
      while ((await moveOldValue(old)) !== 0);
      return store.get(id, { consistent: true });
    },
  };
}

const events = [1, 2, 3, 4].map((views) => ({ order: `order-${views}`, views }));

test("an event that any two versions get counts once, as long as both keep Powertools' records", async () => {
  const { oldVersion, dualVersion, newVersion, finish } = await deploy();
  const [a, b, c, d] = events as [Event, Event, Event, Event];
  for (const version of [oldVersion, dualVersion]) await version(a); // Delivered again during the deployment.
  for (const version of [dualVersion, oldVersion]) await version(b); // Delivered again during a roll-back.
  for (const version of [dualVersion, newVersion]) await version(c); // Delivered again after Powertools was removed.
  await Promise.all([dualVersion(d), dualVersion(d).catch(() => undefined)]);
  expect(await finish()).toBe(1 + 2 + 3 + 4);
});

test("an event that the old version has counted counts again in a version without Powertools' records", async () => {
  const { oldVersion, newVersion, finish } = await deploy();
  const [a] = events as [Event];
  for (const version of [oldVersion, newVersion]) await version(a);
  expect(await finish()).toBe(2);
});
