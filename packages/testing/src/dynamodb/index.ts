export { localClient, type LocalClientOptions } from "./local-client.ts";
export type { Fault } from "./network/fault.ts";
export { startFaultyNetwork, type FaultyNetwork } from "./network/faulty-network.ts";
export { startLossyProxy, type LossyProxy } from "./network/lossy-proxy.ts";
export type { FaultyNetworkOptions } from "./network/options.ts";
export { startDynamoDB, type DynamoDBEngine, type RunningDynamoDB } from "./start-dynamodb.ts";
