import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Counts what a client sends over the wire from now on, the SDK's own retries included. */
export function watchRequests(client: DynamoDBClient): { readonly sent: number } {
  const requests = { sent: 0 };
  client.middlewareStack.add(
    (next) => (args) => {
      requests.sent++;
      return next(args);
    },
    { step: "deserialize", priority: "high", name: "watchRequests" },
  );
  return requests;
}
