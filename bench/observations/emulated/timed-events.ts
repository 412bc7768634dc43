/** What `operations` of timed-programs.ts is invoked with. */
export interface OperationsEvent {
  readonly rounds: number;
}

export const OPERATIONS = ["read", "write"] as const;
export const OPERATION_WAYS = ["raw", "DynamoDB", "DynamoDB, durable steps", "execution"] as const;
export type Operation = (typeof OPERATIONS)[number];
export type OperationWay = (typeof OPERATION_WAYS)[number];

/** Of one operation, in milliseconds. */
export interface TimedOperation {
  readonly operation: Operation;
  readonly way: OperationWay;
  readonly latencies: readonly number[];
}

export const STATELESS_WAYS = ["plain ADD", "DynamoDB", "DynamoDB, separate items"] as const;
export const DURABLE_WAYS = ["execution", "DynamoDB, durable steps"] as const;
export type CountingWay = (typeof STATELESS_WAYS)[number] | (typeof DURABLE_WAYS)[number];

/** What `stateless` and `durable` of timed-programs.ts are invoked with. */
export interface CountingEvent {
  readonly id: string;
  readonly way: CountingWay;
  readonly requests: number;
  /** How many commands each request has. */
  readonly batch: number;
  /** Which of several callers, or which of several invocations, this one is; from 0. */
  readonly caller: number;
  /** Processes that begin together. */
  readonly meeting?: Meeting;
  /** Adds up the write units, which takes time: then the times are of no use. */
  readonly countsUnits?: boolean;
}

export interface Meeting {
  readonly name: string;
  readonly callers: number;
}

export interface Counted {
  /** In milliseconds, of a clock that all processes of the machine share. */
  readonly began: number;
  readonly ended: number;
  /** 0 where they were not to be added up. */
  readonly writeUnits: number;
  /** Of the last command; 0 where the way tells none. */
  readonly value: number;
}
