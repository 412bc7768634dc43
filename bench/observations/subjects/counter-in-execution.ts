import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { durableCounter } from "@durable-counter/durable";
import type { CountAll, DurableSubject } from "./subject.ts";

/** The counter of this repository, with its state in the execution. */
export const counterInExecution: DurableSubject = {
  kind: "durable",
  valueIn: "result",
  connect: () =>
    withDurableExecution(async ({ amounts }: CountAll, context) => {
      const counter = durableCounter(context);
      for (const amount of amounts) await counter.increment(amount);
      return counter.get();
    }),
};
