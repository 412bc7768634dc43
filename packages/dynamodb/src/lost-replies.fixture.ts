import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { isCounterError, type CounterErrorCode } from "@durable-counter/core";
import { localClient } from "@durable-counter/testing/dynamodb";

/** A client whose writes are applied and never answered, as long as `isLosing`; it makes one attempt. */
export function losingClient(endpoint: string): { client: DynamoDBClient; control: { isLosing: boolean } } {
  const client = localClient(endpoint, { maxAttempts: 1 });
  const control = { isLosing: true };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const isWrite = commandName === "UpdateItemCommand" || commandName === "TransactWriteItemsCommand";
        if (!control.isLosing || !isWrite) return next(args);
        await next(args).catch(() => undefined);
        throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
      },
    { step: "deserialize", priority: "low" },
  );
  return { client, control };
}

/** The error of a promise that rejects. */
export async function errorOf(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    (value) => new Error(`It resolved with ${JSON.stringify(value)}.`),
    (thrown: unknown) => thrown,
  );
  if (!isCounterError(error)) throw error;
  return error;
}

/** The code of the error of a promise that rejects. */
export async function codeOf(promise: Promise<unknown>): Promise<CounterErrorCode> {
  return (await errorOf(promise)).code;
}
