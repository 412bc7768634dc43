import { UpdateItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { quantile } from "../../measure/statistics.ts";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { createItemTable, ITEM_TABLE, keyOf } from "../subjects/item-table.ts";
import { contenders, zipf } from "./contend.ts";
import { simulatedWorld } from "./simulated-world.ts";

/** Ways to count. `ADD` counts, and knows no idempotency key. */
export const loadedWays = {
  "plain ADD": (client: DynamoDBClient) => (id: string) =>
    client.send(
      new UpdateItemCommand({
        TableName: ITEM_TABLE,
        Key: keyOf(id),
        UpdateExpression: "ADD #value :one",
        ExpressionAttributeNames: { "#value": "value" },
        ExpressionAttributeValues: { ":one": { N: "1" } },
      }),
    ),
  ...contenders,
} as const;
export type LoadedWay = keyof typeof loadedWays;

export interface Load {
  /** Commands that arrive in the mean time of a round trip, at random, whether or not earlier ones have ended. */
  readonly offered: number;
  readonly counters: number;
  /** The exponent of Zipf's law. */
  readonly skew: number;
  readonly commands: number;
  readonly seed: number;
}

/** In mean round trips, so that no virtual millisecond is taken for a real one. */
export interface LoadResult {
  readonly p50: number;
  readonly p99: number;
  /** Commands that ended in the time of a round trip. */
  readonly throughput: number;
}

/** Whole virtual milliseconds that a message is under way, and a request and its reply on average. */
const LATENCY = { min: 1, max: 10 };
const ROUND_TRIP = LATENCY.min + LATENCY.max;

/** Lets commands arrive by a Poisson process, and measures their latencies in virtual time. */
export async function offerLoad(way: LoadedWay, load: Load): Promise<LoadResult> {
  const { offered, counters, skew, commands, seed } = load;
  const dynamodb = createSimulatedDynamoDB({ seed, latencyMs: LATENCY });
  const { clock } = dynamodb;
  const setUp = dynamodb.client();
  await createItemTable(setUp);
  await ensureCounterTable(setUp, COUNTER_TABLE);
  const random = () => dynamodb.random();
  const choose = zipf(counters, skew, random);
  const count = loadedWays[way](dynamodb.client(), simulatedWorld(dynamodb));
  const began = clock.now();
  const latencies: number[] = [];
  let arrival = began;
  const arrivals = Array.from({ length: commands }, () => {
    arrival += (-Math.log(1 - random()) * ROUND_TRIP) / offered;
    return { at: arrival, id: `counter-${choose()}` };
  });
  await Promise.all(
    arrivals.map(async ({ at, id }) => {
      await clock.sleep(Math.round(at - began));
      const before = clock.now();
      await count(id);
      latencies.push((clock.now() - before) / ROUND_TRIP);
    }),
  );
  return {
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    throughput: (commands * ROUND_TRIP) / (clock.now() - began),
  };
}
