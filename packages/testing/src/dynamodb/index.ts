export { localClient } from "./local-client.ts";
export { startLossyProxy, type LossyProxy } from "./lossy-proxy.ts";
export { startDynamoDB, type DynamoDBEngine, type RunningDynamoDB } from "./start-dynamodb.ts";
