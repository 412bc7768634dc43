import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { exploreCrashes } from "@durable-counter/testing";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import ts from "typescript";
import { z } from "zod";
import { simulatedWorld } from "../measure/simulated-world.ts";
import { defineObservation } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { whole } from "../report/format.ts";
import { createItemTable, ITEM_TABLE, keyOf, readValue } from "../subjects/item-table.ts";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { subjects } from "../subjects/subjects.ts";
import type { CountAll, DurableSubject } from "../subjects/subject.ts";

const FOLDER = resolve(import.meta.dirname, "../subjects");
const AMOUNTS = [5, 2, 4];
const EXPECTED = AMOUNTS.reduce((sum, amount) => sum + amount, 0);

const Row = z.strictObject({
  way: z.string(),
  isOurs: z.boolean(),
  /** Without imports, comments and empty lines. */
  lines: z.int(),
  branches: z.int(),
  handledFailures: z.int(),
  /** For durable functions only: a stateless function has no checkpoints to crash at. */
  crashes: z.strictObject({ runs: z.int(), survived: z.int() }).optional(),
});
type Row = z.infer<typeof Row>;

export const effort = defineObservation({
  name: "effort",
  title: "Developer effort: the same counter, written each way",
  schema: z.array(Row).min(subjects.length),
  measure: async (_effort, seed) => {
    const rows: Row[] = [];
    for (const { name: way, source, isOurs, subject } of subjects) {
      const crashes = subject.kind === "durable" ? { crashes: await crash(subject, seed) } : {};
      rows.push({ way, isOurs, ...sizeOf(readFileSync(join(FOLDER, source), "utf8")), ...crashes });
    }
    return rows;
  },
  describe: (rows) => [
    text(
      "Lines, branches and handled failures of each way to count that [Failure](#failure) measures, and how many of the crashes that `exploreCrashes` finds it survives " +
        "with the right value.",
    ),
    table(
      ["way to count", "lines", "branches", "failures handled by hand", "crashes survived"],
      rows.map(({ way, lines, branches, handledFailures, crashes }) => [
        way,
        whole(lines),
        whole(branches),
        whole(handledFailures),
        crashes === undefined ? "–" : `${whole(crashes.survived)} of ${whole(crashes.runs)}`,
      ]),
    ),
    text("“ADD in a durable step” and “record beside the ADD” also use the lines of “plain ADD”."),
  ],
});

async function crash(subject: DurableSubject, seed: number) {
  const dynamodb = createSimulatedDynamoDB({ seed });
  const client = dynamodb.client();
  await createItemTable(client);
  await ensureCounterTable(client, COUNTER_TABLE);
  const world = simulatedWorld(dynamodb);
  const store = createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE, ...world });
  const payload: CountAll = { id: "cart-7", amounts: AMOUNTS };
  const read = async () =>
    (await readValue(client, payload.id)) + (await store.get(payload.id, { consistent: true }));
  const { runs, failures } = await exploreCrashes(subject.connect({ client, world }), {
    payload,
    beforeEach: async () => {
      await dynamodb.clock.untilIdle(); // the last request of a process that died
      // The executions have the same name, and so the same keys: the store must know them no more.
      await store.delete(payload.id);
      await client.send(new DeleteItemCommand({ TableName: ITEM_TABLE, Key: keyOf(payload.id) }));
    },
    check: async ({ result }) => {
      const counted = subject.valueIn === "result" ? Number(result) : await read();
      if (counted !== EXPECTED) throw new Error(`The counter is ${counted}; it should be ${EXPECTED}.`);
    },
  });
  return { runs, survived: runs - failures.length };
}

const BRANCHES: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.IfStatement,
  ts.SyntaxKind.ConditionalExpression,
  ts.SyntaxKind.CatchClause,
  ts.SyntaxKind.CaseClause,
]);

function sizeOf(source: string): Pick<Row, "lines" | "branches" | "handledFailures"> {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.ESNext);
  let [branches, handledFailures] = [0, 0];
  const visit = (node: ts.Node): void => {
    if (BRANCHES.has(node.kind)) branches++;
    if (ts.isCatchClause(node)) handledFailures++;
    ts.forEachChild(node, visit);
  };
  visit(file);
  const written = file.statements.filter((statement) => !ts.isImportDeclaration(statement));
  const lines = written
    .flatMap((statement) => statement.getText(file).split("\n"))
    .filter((line) => line.trim() !== "" && !/^\s*(\/\/|\/\*|\*)/u.test(line));
  return { lines: lines.length, branches, handledFailures };
}
