// Likes on a hot item: more of them per second than DynamoDB writes to one item. Shards share the writes; a read adds them up.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { decrement, increment, type CounterStore } from "@durable-counter/core";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

export interface LikeEvent {
  readonly postId: string;
  readonly userId: string;
  readonly action: "like" | "unlike";
  /** Of this press of the button, so that a request that is sent again counts once. */
  readonly requestId: string;
}

export const createLikes = (store: CounterStore) => ({
  press: async ({ postId, userId, action, requestId }: LikeEvent): Promise<void> => {
    const commands = [action === "like" ? increment() : decrement()];
    await store.apply({ id: `likes#${postId}`, commands, idempotencyKey: `${userId}/${requestId}` });
  },
  /** The sum of the shards: a number to show, some milliseconds old. */
  count: (postId: string): Promise<number> => store.get(`likes#${postId}`),
});

/** Each takes about 1,000 writes per second. The number is fixed for a counter when it is first written. */
export const SHARDS = 8;

// By default the AWS SDK waits for ever. A Lambda must end in time.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 3, requestHandler });
const store = createDynamoDBCounterStore({
  client,
  tableName: process.env["TABLE_NAME"] ?? "counters",
  shards: SHARDS,
});
const likes = createLikes(store);

/** The Lambda function. The event is a {@link LikeEvent}. */
export const handler = async (event: LikeEvent) => {
  await likes.press(event);
  return { likes: await likes.count(event.postId) };
};
