import { checkLinearizable } from "@durable-counter/testing";
import { z } from "zod";
import { recordedPrograms } from "../measure/recorded-programs.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { whole } from "../report/format.ts";

const HISTORIES: Record<Effort, number> = { quick: 5, full: 200 };

const Row = z.strictObject({
  way: z.string(),
  histories: z.int(),
  operations: z.int(),
  linearizable: z.int(),
  /** What the checker says of the first history that is not. */
  explanation: z.string().optional(),
});
type Row = z.infer<typeof Row>;

export const order = defineObservation({
  name: "order",
  title: "Order and atomicity: is there one order that explains what all callers saw?",
  schema: z.array(Row).min(1),
  measure: async (effort, seed) => {
    const rows: Row[] = [];
    for (const [way, program] of Object.entries(recordedPrograms)) {
      let [operations, linearizable] = [0, 0];
      let explanation: string | undefined;
      for (let index = 0; index < HISTORIES[effort]; index++) {
        const history = await program(seed * 10_000 + index);
        const verdict = checkLinearizable(history);
        operations += history.length;
        if (verdict.linearizable) linearizable++;
        else explanation ??= verdict.message;
      }
      rows.push({
        way,
        histories: HISTORIES[effort],
        operations,
        linearizable,
        ...(explanation !== undefined && { explanation }),
      });
    }
    return rows;
  },
  describe: (rows) => [
    text(
      "Four callers add at once to one counter, four times each, on a network that resets connections and repeats messages. `checkLinearizable` " +
        "looks for one order of all calls that explains every value that a caller saw. Without one, the callers saw values that no single counter can have shown.",
    ),
    table(
      ["way to count", "histories", "calls", "one order explains all", "no order does"],
      rows.map(({ way, histories, operations, linearizable }) => [
        way,
        whole(histories),
        whole(operations),
        whole(linearizable),
        whole(histories - linearizable),
      ]),
    ),
    ...rows.flatMap(({ way, explanation }) =>
      explanation === undefined
        ? []
        : [text(`The first such history of “${way}”:`), text(`\`\`\`text\n${explanation}\n\`\`\``)],
    ),
    text(
      "In an execution, concurrent calls on one counter run one after another in call order. In DynamoDB, each call is one conditional update, and calls of several " +
        "executions may come in any order between each other, but never within one another.",
    ),
  ],
});
