import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import type { DynamoDBCounterStoreOptions } from "@durable-counter/dynamodb";

/** What a caller sends to a stateless function. */
export interface CountEvent {
  readonly id: string;
  readonly amount: number;
  readonly idempotencyKey: string;
}

/** What a durable execution counts, a command after the other. */
export interface CountAll {
  readonly id: string;
  readonly amounts: readonly number[];
}

export interface Connection {
  readonly client: DynamoDBClient;
  /** The time, in milliseconds since 1970, and the waits and the chance of a store; without these two, the real ones. */
  readonly world: { readonly now: () => number } & Pick<DynamoDBCounterStoreOptions, "sleep" | "random">;
}

/** A stateless function that counts; its caller sends an event again until it is acknowledged. */
export interface StatelessSubject {
  readonly kind: "stateless";
  readonly connect: (connection: Connection) => (event: CountEvent) => Promise<unknown>;
}

/** A durable function that counts. */
export interface DurableSubject {
  readonly kind: "durable";
  /** `"result"` where the value is what the execution returns. */
  readonly valueIn: "result" | "table";
  readonly connect: (connection: Connection) => DurableLambdaHandler;
}

export type Subject = StatelessSubject | DurableSubject;
