// The client and the table of a deployed Lambda. A durable step must end before its invocation does, so a server that
// does not answer may cost a request ten seconds of the minute that the function has. By default the SDK waits for ever.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

export const limits = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
export const client = new DynamoDBClient(limits);
export const tableName = process.env["TABLE_NAME"] ?? "counters";
