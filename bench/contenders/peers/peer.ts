import type { DynamoDB } from "@aws-sdk/client-dynamodb";

/** A way to count in DynamoDB, used as its documentation recommends. */
export interface Peer {
  /** What the caller is told of the value. */
  readonly answers: string;
  /** Dynalite has no transactions. */
  readonly needsTransactions?: boolean;
  /** Creates its tables where they are missing. */
  readonly prepare: (client: DynamoDB) => Promise<unknown>;
  readonly connect: (client: DynamoDB) => ConnectedPeer;
}

export interface ConnectedPeer {
  /** Adds to a counter; the idempotency key names the request, for those who can make use of it. Rejects if it may not have counted. */
  readonly count: (id: string, amount: number, idempotencyKey: string) => Promise<unknown>;
  /** The value of a counter, 0 where there is none. */
  readonly value: (id: string) => Promise<number>;
}
