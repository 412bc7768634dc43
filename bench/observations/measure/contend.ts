import { PutItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { watchConsumption } from "../../measure/consumption.ts";
import { watchRequests } from "../../measure/requests.ts";
import { simulatedWorld } from "./simulated-world.ts";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { createItemTable, ITEM_TABLE, keyOf, readValue } from "../subjects/item-table.ts";

export interface Contention {
  readonly writers: number;
  readonly counters: number;
  /** The exponent of Zipf's law: 0 chooses all counters alike, 0.999 mostly the first ones. */
  readonly skew: number;
  readonly commands: number;
  readonly seed: number;
}

type Count = (id: string) => Promise<unknown>;

/** Ways to count that writers can get in each other's way with. */
export const contenders = {
  DynamoDB: (client: DynamoDBClient, world: ReturnType<typeof simulatedWorld>): Count => {
    const store = createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE, ...world });
    return (id) => store.apply({ id, commands: [increment()] });
  },
  "read, then write on condition": (client: DynamoDBClient): Count => {
    const count: Count = async (id) => {
      const value = await readValue(client, id);
      try {
        await client.send(
          new PutItemCommand({
            TableName: ITEM_TABLE,
            Item: { ...keyOf(id), value: { N: String(value + 1) } },
            ConditionExpression: "attribute_not_exists(#value) OR #value = :value",
            ExpressionAttributeNames: { "#value": "value" },
            ExpressionAttributeValues: { ":value": { N: String(value) } },
          }),
        );
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") throw error;
        await count(id); // another writer was faster
      }
    };
    return count;
  },
} as const;

/** Many writers at once, each with a client of its own, on counters of which some are chosen more often. */
export async function contend(
  way: keyof typeof contenders,
  { writers, counters, skew, commands, seed }: Contention,
) {
  const dynamodb = createSimulatedDynamoDB({ seed });
  const setUp = dynamodb.client();
  await createItemTable(setUp);
  await ensureCounterTable(setUp, COUNTER_TABLE);
  const choose = zipf(counters, skew, () => dynamodb.random());
  let left = commands;
  const clients = Array.from({ length: writers }, () => {
    const client = dynamodb.client();
    const [consumption, requests] = [watchConsumption(client, dynamodb.client()), watchRequests(client)];
    return { count: contenders[way](client, simulatedWorld(dynamodb)), consumption, requests };
  });
  await Promise.all(
    clients.map(async ({ count }) => {
      while (left-- > 0) await count(`counter-${choose()}`);
    }),
  );
  const sum = (of: (client: (typeof clients)[number]) => number) =>
    clients.reduce((total, client) => total + of(client), 0) / commands;
  return {
    requests: sum(({ requests }) => requests.sent),
    writeUnits: sum(({ consumption }) => consumption.writeUnits),
  };
}

/** Chooses one of the counters by Zipf's law. */
export function zipf(counters: number, skew: number, random: () => number): () => number {
  const weights = Array.from({ length: counters }, (_, rank) => 1 / (rank + 1) ** skew);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return () => {
    let point = random() * total;
    const chosen = weights.findIndex((weight) => (point -= weight) < 0);
    return chosen === -1 ? counters - 1 : chosen;
  };
}
