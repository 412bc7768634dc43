import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { increment, type CounterStore } from "@durable-counter/core";
import { durableCounter } from "@durable-counter/durable";
import {
  OPERATIONS,
  OPERATION_WAYS,
  type Operation,
  type OperationWay,
  type TimedOperation,
} from "./timed-events.ts";

type Calls = Readonly<Record<Operation, () => Promise<unknown>>>;

interface Systems {
  readonly raw: (id: string) => Calls;
  readonly store: CounterStore;
  readonly context: DurableContext;
}

/** So many that no item collects many keys. */
const COUNTERS = 50;
/** Rounds that are not counted, in which connections are made and code is compiled. */
const WARM_UP = 20;

/**
 * Times every operation in every way once a round, so that whatever else the machine does meets all of them alike. Each round begins
 * with another way.
 */
export async function timeOperations(
  rounds: number,
  { raw, store, context }: Systems,
): Promise<readonly TimedOperation[]> {
  let key = 0;
  const inExecution = durableCounter(context, { name: "execution" });
  const counters = Array.from({ length: COUNTERS }, (_, index): Readonly<Record<OperationWay, Calls>> => {
    const inSteps = durableCounter(context, { store, id: `steps-${index}` });
    const id = `store-${index}`;
    return {
      raw: raw(`raw-${index}`),
      DynamoDB: {
        read: () => store.get(id, { consistent: true }),
        write: () => store.apply({ id, commands: [increment()], idempotencyKey: `key-${key++}` }),
      },
      "DynamoDB, durable steps": { read: () => inSteps.get(), write: () => inSteps.increment() },
      execution: { read: () => inExecution.get(), write: () => inExecution.increment() },
    };
  });
  const timed = OPERATIONS.flatMap((operation) =>
    OPERATION_WAYS.map((way) => ({ operation, way, latencies: [] as number[] })),
  );
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const counter = counters[round % COUNTERS];
    if (counter === undefined) continue;
    const first = round % timed.length;
    for (const { operation, way, latencies } of [...timed.slice(first), ...timed.slice(0, first)]) {
      const began = performance.now();
      await counter[way][operation]();
      if (round >= WARM_UP) latencies.push(performance.now() - began);
    }
  }
  return timed;
}
