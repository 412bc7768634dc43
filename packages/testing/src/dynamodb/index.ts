/**
 * DynamoDB for tests: engines on this machine, a faulty network, and a simulation on virtual time.
 *
 * @module @durable-counter/testing/dynamodb
 */
export { localClient, type LocalClientOptions } from "./local-client.ts";
export { EVERY_FAULT, type Fault } from "./network/fault.ts";
export { startFaultyNetwork, type FaultyNetwork } from "./network/faulty-network.ts";
export { startLossyProxy, type LossyProxy } from "./network/lossy-proxy.ts";
export type { FaultyNetworkOptions } from "./network/options.ts";
export {
  exploreDeliveries,
  type DeliveryExploration,
  type ExploreDeliveriesOptions,
} from "./simulated/explore-deliveries.ts";
export type { Message } from "./simulated/message.ts";
export type { SimulatedClientSettings } from "./simulated/simulated-client.ts";
export {
  createSimulatedDynamoDB,
  type SimulatedDynamoDB,
  type SimulatedDynamoDBOptions,
} from "./simulated/simulated-dynamodb.ts";
export type { SimulatedNetwork } from "./simulated/simulated-network.ts";
export type { VirtualClock } from "./simulated/virtual-clock.ts";
export { startDynamoDB, type DynamoDBEngine, type RunningDynamoDB } from "./start-dynamodb.ts";
