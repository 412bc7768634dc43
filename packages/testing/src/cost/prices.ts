/** List prices in dollars, of one region at one time. */
export interface Prices {
  /** The region that the prices are of, for example `us-east-1`. */
  readonly region: string;
  /** The day on which the prices were written down here, as `YYYY-MM-DD`. They may have changed since, at their source. */
  readonly date: string;
  /** A durable operation: the start of an execution, a step, a retry, a wait, a callback, a child context, a branch. */
  readonly durableOperation: number;
  /** A gigabyte that an execution checkpoints. */
  readonly gigabyteWritten: number;
  /** A gigabyte of checkpoints that is kept for a month of 30 days. */
  readonly gigabyteMonth: number;
  /** An invocation of the function. */
  readonly invocation: number;
  /** A second of an invocation with a gigabyte of memory. */
  readonly gigabyteSecond: number;
  /** A write unit of an on-demand table. A transaction takes two for each. */
  readonly writeUnit: number;
  /** A read unit of an on-demand table. */
  readonly readUnit: number;
}

/**
 * List prices in us-east-1, x86, on-demand tables. Compare them with their sources before you decide by them:
 *
 * https://aws.amazon.com/lambda/pricing/ and https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const US_EAST_1: Prices = {
  region: "us-east-1",
  date: "2026-11-27",
  durableOperation: 8 / 1e6,
  gigabyteWritten: 0.25,
  gigabyteMonth: 0.15,
  invocation: 0.2 / 1e6,
  gigabyteSecond: 0.0000166667,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
};
