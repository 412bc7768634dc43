import { startFaultyNetwork } from "./faulty-network.ts";

/** A network before a DynamoDB engine, which counts what passes and loses what it is told to. */
export interface LossyProxy extends AsyncDisposable {
  /** Where it listens; point a client at it. */
  readonly endpoint: string;
  /** How many requests arrived so far, by operation, lost ones included: `{ UpdateItem: 2 }`. */
  readonly requests: Readonly<Record<string, number>>;
  /**
   * The next request is carried out by the engine, but its reply never arrives: the client's connection breaks.
   * Each call loses one more.
   *
   * @param operation loses the next of these, such as `"UpdateItem"`; by default the next of any
   */
  loseReply(operation?: string): void;
  /** The next request never reaches the engine: the client's connection breaks. As {@link loseReply} otherwise. */
  loseRequest(operation?: string): void;
  /** Ends the proxy, not the engine. Again does nothing. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a proxy on a free port of 127.0.0.1: a faulty network where nothing happens by chance.
 *
 * @param endpoint the engine's, such as `startDynamoDB` tells
 */
export async function startLossyProxy(endpoint: string): Promise<LossyProxy> {
  const network = await startFaultyNetwork(endpoint, { faults: {} });
  return {
    endpoint: network.endpoint,
    get requests() {
      return network.requests;
    },
    loseReply: (operation) => network.injectNext("reset-after", operation),
    loseRequest: (operation) => network.injectNext("reset-before", operation),
    stop: network.stop,
    [Symbol.asyncDispose]: network.stop,
  };
}
