import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { durableCounter } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { crashable } from "@durable-counter/testing";
import { COUNTER_TABLE } from "./counter-store.ts";
import type { CountAll, DurableSubject } from "./subject.ts";

/** The store of this repository, driven by durable steps. */
export const counterInSteps: DurableSubject = {
  kind: "durable",
  valueIn: "table",
  connect: ({ client, world }) => {
    const store = crashable(
      createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE, ...world }),
      "store",
    );
    return withDurableExecution(async ({ id, amounts }: CountAll, context) => {
      const counter = durableCounter(context, { store, id });
      for (const amount of amounts) await counter.increment(amount);
    });
  },
};
