import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { chances } from "../network/fault-plan.ts";
import { parseOptions, type FaultyNetworkOptions } from "../network/options.ts";
import { createSimulatedEngine } from "./engine.ts";
import type { Message } from "./message.ts";
import { createSimulatedClient, type SimulatedClientSettings } from "./simulated-client.ts";
import { createTransport, type SimulatedNetwork } from "./simulated-network.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";

/** How a simulated DynamoDB is. Faults are as for `startFaultyNetwork`, but by default there are none. */
export interface SimulatedDynamoDBOptions extends FaultyNetworkOptions {
  /** How long a request or a reply is under way, in whole virtual ms. By default 1 to 10. */
  readonly latencyMs?: { readonly min: number; readonly max: number } | undefined;
  /** What time it is at first, in ms since 1970. By default 1 January 2026. */
  readonly startAt?: number | undefined;
  /** Whether it has transactions. By default it has. */
  readonly transactions?: boolean | undefined;
  /**
   * Decides what becomes of each request, instead of chance: called when a client sends it. For programs that try
   * every order and every fate of messages.
   */
  readonly onRequest?: ((message: Message) => void) | undefined;
}

/** A DynamoDB within the process, with its own clock and network. */
export interface SimulatedDynamoDB {
  /**
   * Another client, as another process has one: the SDK's own, with its retries. Only its requests and its waits are
   * simulated.
   */
  client(options?: SimulatedClientSettings): DynamoDBClient;
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  /** A number from 0 to below 1, by the seed: for whatever else a program leaves to chance. */
  random(): number;
  /** Deletes the items whose time to live has passed, as DynamoDB does some time after. */
  deleteExpired(): void;
}

const START_AT = Date.UTC(2026, 0, 1);

/**
 * Creates a DynamoDB that runs on promises alone: no socket, no waiting, and the same seed gives the same run. Time
 * passes only when nothing can go on without it.
 *
 * The program under test must wait by `clock.sleep`, and take the time from `clock.now`.
 *
 * @throws TypeError for options that cannot be, by path
 * @throws Error where dynalite, whose rules and expressions it uses, is not installed
 */
export function createSimulatedDynamoDB(options: SimulatedDynamoDBOptions = {}): SimulatedDynamoDB {
  const {
    latencyMs = { min: 1, max: 10 },
    startAt = START_AT,
    transactions = true,
    onRequest,
    ...network
  } = options;
  const settings = parseOptions({ faults: {}, ...network });
  const clock = createVirtualClock(startAt);
  const engine = createSimulatedEngine(() => clock.now(), transactions);
  const transport = createTransport(engine, clock, { ...settings, latencyMs, onRequest });
  const random = chances(settings.seed + 2);
  // A program that decides what becomes of messages may take any time for it.
  const defaults = onRequest === undefined ? {} : { requestTimeout: Infinity };
  return {
    client: (client = {}) => createSimulatedClient(transport, clock, random, { ...defaults, ...client }),
    clock,
    network: transport.network,
    random,
    deleteExpired: () => engine.deleteExpired(),
  };
}
