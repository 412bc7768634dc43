import { UpdateItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";

export const tableName = "application";
/** The table that the application has: its own keys, and counters under a prefix. */
const keys = { partition: "PK", sort: "SK", prefix: "COUNTER#", timeToLive: "ttl" };
export const key = { PK: { S: "PAGE#home" }, SK: { S: "STATS" } };
export const id = "home";
const WEEK_SECONDS = 604_800;

/** What the old version of the application does. */
export async function addViews(
  client: DynamoDBClient,
  views: number | string,
  attribute = "pageViews",
): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: key,
    UpdateExpression: "ADD #attribute :views",
    ExpressionAttributeNames: { "#attribute": attribute },
    ExpressionAttributeValues: { ":views": { N: String(views) } },
  });
  await client.send(command);
}

/** A table with old items, and a client through which the new version loses requests and replies by chance. */
export async function createApplication(seed: number) {
  const db = createSimulatedDynamoDB({ seed, latencyMs: { min: 0, max: 3 } });
  const client = db.client();
  await ensureCounterTable(client, tableName, { keys });
  const faulty = db.client({ maxAttempts: 1 });
  const control = { isFaulty: true };
  faulty.middlewareStack.add(
    (next) => async (args) => {
      const fate = control.isFaulty ? db.random() : 0.5;
      if (fate < 0.15) throw Object.assign(new Error("never sent"), { code: "ECONNREFUSED" });
      const reply = await next(args);
      if (fate > 0.85) throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
      return reply;
    },
    { step: "deserialize", priority: "low" },
  );
  const { now, sleep } = db.clock;
  const storeOf = (ofClient: DynamoDBClient) =>
    createDynamoDBCounterStore({
      client: ofClient,
      tableName,
      keys,
      idempotency: { retentionSeconds: WEEK_SECONDS },
      now,
      sleep,
      random: () => db.random(),
    });
  return { db, client, faulty, control, storeOf };
}
