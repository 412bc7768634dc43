import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/**
 * The SDK's own client, with its default retries, for an engine on this machine or a proxy before it: they take any
 * credentials.
 *
 * @param endpoint such as `startDynamoDB` or `startLossyProxy` tells
 */
export function localClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}
