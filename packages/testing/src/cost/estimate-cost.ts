import type { DurableOperation } from "../service/durable-operation.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { US_EAST_1, type Prices } from "./prices.ts";

/** What a simulation cannot know, because its time is virtual and the work of a step is the user's. */
export interface Usage {
  /** The memory of the function in megabytes, 128 to 10,240. By default 128. */
  readonly memoryMegabytes?: number | undefined;
  /** For how many milliseconds all invocations of the execution run together. By default 0: the duration is left out. */
  readonly billedMilliseconds?: number | undefined;
  /** For how many days the history is kept after the end: 1 to 90, by default 14. */
  readonly retentionDays?: number | undefined;
  /** How many write units the execution's requests to DynamoDB take. By default 0. */
  readonly writeUnits?: number | undefined;
  /** How many read units the execution's requests to DynamoDB take. By default 0. */
  readonly readUnits?: number | undefined;
}

/** What an execution costs, in dollars, and what it is charged for. */
export interface CostEstimate {
  /** The sum of `parts`. */
  readonly dollars: number;
  readonly parts: {
    readonly operations: number;
    readonly bytesWritten: number;
    readonly retention: number;
    readonly invocations: number;
    readonly duration: number;
    readonly writeUnits: number;
    readonly readUnits: number;
  };
  /** How many durable operations are charged, with the start of the execution and all retries. */
  readonly chargedOperations: number;
}

const GIGABYTE = 1e9;

/**
 * Estimates what an execution costs, from the operations, bytes and invocations of its simulation. Executions that it invokes
 * are not included.
 *
 * @param prices by default the list prices in us-east-1
 * @param usage what the simulation cannot know: memory, duration, retention and requests to DynamoDB
 * @throws RangeError for a usage out of its range
 * @example
 * ```ts
 * const simulation = await simulate(handler, { payload: { orderId: "A-1" } });
 * expect(estimateCost(simulation).dollars * 1e6).toBeLessThan(50); // a million executions
 * ```
 * @see https://aws.amazon.com/lambda/pricing/ — which operations of a durable function are charged
 */
export function estimateCost(
  simulation: Pick<Simulation, "operations" | "invocations" | "bytesWritten">,
  prices: Prices = US_EAST_1,
  usage: Usage = {},
): CostEstimate {
  const memoryMegabytes = inRange("usage.memoryMegabytes", usage.memoryMegabytes ?? 128, 128, 10_240);
  const milliseconds = inRange("usage.billedMilliseconds", usage.billedMilliseconds ?? 0, 0);
  const retentionDays = inRange("usage.retentionDays", usage.retentionDays ?? 14, 1, 90);
  const writeUnits = inRange("usage.writeUnits", usage.writeUnits ?? 0, 0);
  const readUnits = inRange("usage.readUnits", usage.readUnits ?? 0, 0);
  const chargedOperations = 1 + sum(simulation.operations.map(chargesOf));
  const gigabytes = simulation.bytesWritten / GIGABYTE;
  const parts = {
    operations: chargedOperations * prices.durableOperation,
    bytesWritten: gigabytes * prices.gigabyteWritten,
    retention: gigabytes * (retentionDays / 30) * prices.gigabyteMonth,
    invocations: simulation.invocations * prices.invocation,
    duration: (milliseconds / 1_000) * (memoryMegabytes / 1_024) * prices.gigabyteSecond,
    writeUnits: writeUnits * prices.writeUnit,
    readUnits: readUnits * prices.readUnit,
  };
  return { dollars: sum(Object.values(parts)), parts, chargedOperations };
}

/** Each retry of a step, and each further look of a condition, is an operation of its own. */
function chargesOf({ attempts = 1 }: DurableOperation): number {
  return Math.max(1, attempts);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function inRange(name: string, value: number, min: number, max = Number.MAX_VALUE): number {
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_VALUE ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new RangeError(`${name} is ${value}; pass a number ${range}.`);
}
