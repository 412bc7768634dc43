import { checkLinearizable } from "@durable-counter/testing";
import { z } from "zod";
import { recordedPrograms } from "../measure/recorded-programs.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text, type Block } from "../report/block.ts";
import { whole } from "../report/format.ts";

const HISTORIES: Record<Effort, number> = { quick: 5, full: 200 };

/** A call, as its caller saw it; the checker tells what its input and output are. */
const Call = z.strictObject({
  key: z.string().optional(),
  process: z.string().optional(),
  start: z.number(),
  end: z.number().optional(),
  input: z.unknown(),
  output: z.unknown().optional(),
  outcome: z.enum(["ok", "failed", "unknown"]).optional(),
});
const Row = z.strictObject({
  way: z.string(),
  histories: z.int(),
  operations: z.int(),
  linearizable: z.int(),
  /** What the checker says of the first history that is not. */
  explanation: z.string().optional(),
  /** The first history that is not, or the first of all. */
  shown: z.array(Call).min(1),
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
      let shown: Row["shown"] = [];
      for (let index = 0; index < HISTORIES[effort]; index++) {
        const history = await program(seed * 10_000 + index);
        const verdict = checkLinearizable(history);
        operations += history.length;
        if (verdict.linearizable) linearizable++;
        const isFirstWrong = !verdict.linearizable && explanation === undefined;
        if (!verdict.linearizable) explanation ??= verdict.message;
        if (index === 0 || isFirstWrong) shown = z.array(Call).parse(history);
      }
      rows.push({
        way,
        histories: HISTORIES[effort],
        operations,
        linearizable,
        shown,
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
    ...rows.flatMap(({ way, explanation, shown }): Block[] => [
      text(explanation === undefined ? `A history of “${way}”:` : `The first such history of “${way}”:`),
      {
        kind: "figure",
        name: `order-${way.toLowerCase().replaceAll(/[^a-z]+/gu, "-")}`,
        alt: `A lane for each of four callers of “${way}”, and a bar for each of its calls, with the value that it saw. ${
          explanation === undefined
            ? "Bars of several callers overlap; one order of them explains all values."
            : "Bars overlap, and no order of them explains all values."
        }`,
        chart: { type: "history", history: shown.map(({ input, ...call }) => ({ ...call, input })) },
      },
      ...(explanation === undefined ? [] : [text(`\`\`\`text\n${explanation}\n\`\`\``)]),
    ]),
    text(
      "In an execution, concurrent calls on one counter run one after another in call order. In DynamoDB, each call is one conditional update, and calls of several " +
        "executions may come in any order between each other, but never within one another.",
    ),
  ],
});
