import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { crashable } from "@durable-counter/testing";
import { add } from "./plain-add.ts";
import type { CountAll, DurableSubject } from "./subject.ts";

/** An atomic ADD in a durable step. */
export const addInStep: DurableSubject = {
  kind: "durable",
  valueIn: "table",
  connect: ({ client }) => {
    const table = crashable({ add: (id: string, amount: number) => add(client, id, amount) }, "table");
    return withDurableExecution(async ({ id, amounts }: CountAll, context) => {
      for (const amount of amounts) await context.step(`add ${amount}`, () => table.add(id, amount));
    });
  },
};
