import type { DynamoDB } from "@aws-sdk/client-dynamodb";

/** A way to count in DynamoDB, used as its documentation recommends. */
export interface Peer {
  /** Which values the caller gets. */
  readonly answers: string;
  /** Dynalite has no transactions. */
  readonly needsTransactions?: boolean;
  /** Creates its tables where they are missing. */
  readonly prepare: (client: DynamoDB) => Promise<unknown>;
  readonly connect: (client: DynamoDB) => ConnectedPeer;
}

export interface ConnectedPeer {
  /** Adds to a counter. Peers without idempotency ignore the key. Rejects if the command may not have counted. */
  readonly count: (id: string, amount: number, idempotencyKey: string) => Promise<unknown>;
  /** The value of a counter, 0 where there is none. */
  readonly value: (id: string) => Promise<number>;
}
