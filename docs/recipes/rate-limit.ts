// A rate limit: each API key may make 60 requests per minute. If DynamoDB cannot tell within a second, the request passes.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { increment, isCounterError, type CounterStore } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

/** What is read of the event of an HTTP API. */
export interface HttpEvent {
  readonly headers: { readonly "x-api-key": string };
}

const window = calendarWindow({ per: "minute" });

export function createRateLimit(store: CounterStore, max: number, now: () => number = Date.now) {
  /** Until when a key is refused, in milliseconds since 1970: as long as this process knows it, a refusal costs no request. */
  const refusedUntil = new Map<string, number>();

  /** After how many seconds the caller may try again; 0 if the request may pass. */
  return async (apiKey: string): Promise<number> => {
    for (const [key, until] of refusedUntil) if (until <= now()) refusedUntil.delete(key);
    if (!refusedUntil.has(apiKey)) {
      try {
        await store.apply({ id: `rate#${apiKey}`, commands: [increment()], limits: { max }, window });
      } catch (error) {
        if (!isCounterError(error)) throw error;
        if (error.retryable) return 0; // not known: let it pass
        if (error.code !== "limit-exceeded") throw error;
        refusedUntil.set(apiKey, Number(error.details["resetsAt"]));
      }
    }
    const until = refusedUntil.get(apiKey);
    return until === undefined ? 0 : Math.max(Math.ceil((until - now()) / 1_000), 1);
  };
}

// By default the AWS SDK waits for ever. A Lambda must end in time.
const requestHandler = { connectionTimeout: 300, requestTimeout: 500, throwOnRequestTimeout: true };
const client = new DynamoDBClient({ maxAttempts: 2, requestHandler });
const tableName = process.env["TABLE_NAME"] ?? "counters";
const store = createDynamoDBCounterStore({ client, tableName, timeoutMs: 1_000 });
const secondsToWait = createRateLimit(store, 60);

/** The Lambda function. The event is a {@link HttpEvent}. */
export const handler = async ({ headers }: HttpEvent) => {
  const seconds = await secondsToWait(headers["x-api-key"]);
  if (seconds > 0) return { statusCode: 429, headers: { "retry-after": String(seconds) } };
  return { statusCode: 200, body: "Hello." };
};
