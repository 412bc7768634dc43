import type { DynamoDB } from "@aws-sdk/client-dynamodb";
import { RateLimiterDynamo } from "rate-limiter-flexible";
import type { Peer } from "./peer.ts";

const options = {
  tableName: "rate-limiter",
  points: Number.MAX_SAFE_INTEGER,
  // The documented 0, "never expires", would start again at every point: its DynamoDB store takes it for expired.
  duration: 86_400,
};

/**
 * rate-limiter-flexible's DynamoDB store, whose consumed points are the count. It creates its table by itself.
 * https://github.com/animir/node-rate-limiter-flexible/wiki/DynamoDB
 */
export const rateLimiter: Peer = {
  answers: "after",
  prepare: (client) =>
    new Promise<void>((resolve, reject) => {
      const limiter = create(client, false, (error) => {
        if (error) reject(error);
        else if (limiter) resolve();
      });
    }),
  connect: (client) => {
    const limiter = create(client, true);
    return {
      count: (id, amount) => limiter.consume(id, amount),
      value: async (id) => (await limiter.get(id))?.consumedPoints ?? 0,
    };
  },
};

function create(storeClient: DynamoDB, tableCreated: boolean, ready?: (error?: Error) => void) {
  // Time to live is set by hand, since dynalite has none.
  return new RateLimiterDynamo({ ...options, storeClient, tableCreated, ttlSet: true }, ready);
}
