import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ApplyRequest, ApplyResult, CounterError } from "@durable-counter/core";
import type { SimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import type { RefereeRules } from "./exactly-once.call.fixture.ts";
import type { Referee } from "./exactly-once.referee.fixture.ts";
import type { DynamoDBCounterStoreOptions } from "./index.ts";
import type { Strategy } from "./store-options.ts";

/** A store of the program: a process with a cache and a client of its own. */
export interface Process {
  /** Sends a request, perhaps not for the first time; resolves with the error if it fails. */
  readonly ask: (name: string, request: ApplyRequest) => Promise<ApplyResult | CounterError>;
  readonly delete: () => Promise<void>;
}

/** What a program is made of, anew for each schedule. */
export interface Rig {
  readonly db: SimulatedDynamoDB;
  readonly referee: Referee;
  /** For what happens before and after: its messages are delivered at once. */
  readonly calm: DynamoDBClient;
  readonly process: (name: string, options?: Partial<DynamoDBCounterStoreOptions>) => Process;
}

/** A program of a few processes that use one counter. */
export interface SmallProgram {
  readonly rules: RefereeRules & { readonly value?: number };
  readonly strategy: Strategy;
  /** Writes what is there before, and returns what happens at the same time. */
  readonly start: (rig: Rig) => Promise<readonly (() => Promise<unknown>)[]>;
  /** What happens when nothing is under way any more but what may arrive late. */
  readonly end?: (rig: Rig) => Promise<unknown>;
  /** By how much the clock may move on, at any one point. */
  readonly pauseMs?: number;
}
