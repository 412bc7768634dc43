import { withDurableExecution, type DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { increment, type CounterStore } from "@durable-counter/core";
import { durableCounter } from "@durable-counter/durable";
import { simulate, simulateWithCrashes } from "@durable-counter/testing";
import { z } from "zod";
import { createStore } from "../measure/simulated-store.ts";
import { watchResumes } from "../measure/watch-resumes.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { significant, whole } from "../report/format.ts";

const SIZES: Record<Effort, readonly number[]> = {
  quick: [1, 10, 100],
  full: [1, 10, 100, 1_000, 2_900],
};
const DEATHS = 5;
/** Thousands of steps take seconds in one invocation. */
const PATIENT_MS = 600_000;

const Row = z.strictObject({
  backend: z.enum(["execution", "DynamoDB, durable steps"]),
  commands: z.int(),
  operations: z.int(),
  checkpoints: z.int(),
  bytesWritten: z.int(),
  /** When the function resumes after the last command. */
  resume: z.strictObject({ operations: z.int(), bytes: z.int(), pages: z.int() }),
  /** In a run whose processes die by chance. */
  crashed: z.strictObject({
    deaths: z.int(),
    operationsReadAgain: z.int(),
    /** Absent where the body of a step has no effect that can be counted. */
    callsRepeated: z.int().optional(),
    isRight: z.boolean(),
  }),
});
type Row = z.infer<typeof Row>;

export const replay = defineObservation({
  name: "replay",
  title: "State without external storage: what checkpoints and replays cost",
  schema: z.array(Row).min(2),
  measure: async (effort, seed) => {
    const rows: Row[] = [];
    for (const commands of SIZES[effort]) {
      rows.push(
        await measureRow("execution", commands, seed),
        await measureRow("DynamoDB, durable steps", commands, seed),
      );
    }
    return rows;
  },
  violations: (rows) =>
    rows
      .filter(({ crashed }) => !crashed.isRight)
      .map(
        ({ backend, commands }) =>
          `"${backend}" came to a wrong value after ${commands} commands, with processes that died.`,
      ),
  describe: (rows) => {
    const inExecution = rows.filter(({ backend }) => backend === "execution");
    const longest = inExecution.at(-1);
    if (longest === undefined) return [];
    const line = (backend: Row["backend"], y: (row: Row) => number) => ({
      name: backend,
      points: rows.filter((row) => row.backend === backend).map((row) => [row.commands, y(row)] as const),
    });
    const bytes = inExecution.map(({ bytesWritten, commands }) => bytesWritten / commands);
    const shared = rows.filter(({ crashed }) => crashed.callsRepeated !== undefined);
    const sum = (of: (row: Row) => number) => shared.reduce((total, row) => total + of(row), 0);
    const perOperation = longest.resume.bytes / longest.commands;
    return [
      text(
        `A command in the execution checkpoints ${significant(Math.min(...bytes))} to ${significant(Math.max(...bytes))} bytes, however long the history is. A ` +
          `function that resumes reads its whole history again: ${whole(longest.resume.operations)} operations are ` +
          `${whole(longest.resume.bytes)} bytes in ${longest.resume.pages} pages, ${significant(perOperation)} bytes each. A step can run ` +
          `again after a crash: ${whole(sum(({ crashed }) => crashed.deaths))} deaths repeated ` +
          `${whole(sum(({ crashed }) => crashed.callsRepeated ?? 0))} calls of the store.`,
      ),
      {
        kind: "figure",
        name: "replay-bytes",
        alt:
          `Bytes that a resuming function reads, against the number of commands. It grows in proportion: ` +
          `${inExecution.map((row) => `${whole(row.resume.bytes)} bytes after ${row.commands}`).join(", ")} (execution).`,
        chart: {
          type: "line",
          title: "What a function reads when it resumes",
          x: { name: "commands before", scale: "logarithmic" },
          y: { name: "bytes", scale: "logarithmic" },
          series: [
            line("execution", (row) => row.resume.bytes),
            line("DynamoDB, durable steps", (row) => row.resume.bytes),
          ],
        },
      },
      table(
        [
          "commands",
          "backend",
          "checkpoint calls",
          "bytes checkpointed",
          "bytes a command",
          "bytes read to resume",
          "deaths",
          "operations read again",
          "calls repeated",
          "value right",
        ],
        rows.map(({ backend, commands, checkpoints, bytesWritten, resume, crashed }) => [
          whole(commands),
          backend,
          whole(checkpoints),
          whole(bytesWritten),
          significant(bytesWritten / commands),
          whole(resume.bytes),
          whole(crashed.deaths),
          whole(crashed.operationsReadAgain),
          crashed.callsRepeated === undefined ? "–" : whole(crashed.callsRepeated),
          crashed.isRight ? "yes" : "**no**",
        ]),
      ),
      text(
        "“Deaths” are of a second run with the same commands, whose processes die by chance. An execution has 3,000 operations at most.",
      ),
    ];
  },
});

async function measureRow(backend: Row["backend"], commands: number, seed: number): Promise<Row> {
  const isShared = backend !== "execution";
  let calls = 0;
  const countCalls = (store: CounterStore): CounterStore => ({
    ...store,
    apply: (request, options) => {
      calls++;
      return store.apply(request, options);
    },
  });
  const store = isShared ? countCalls(await createStore({ seed })) : undefined;
  const handlerOf = (id: string, waits: boolean): DurableLambdaHandler =>
    withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context, store === undefined ? {} : { store, id, name: "counter" });
      let value = 0;
      for (let command = 0; command < commands; command++) value = (await counter.batch([increment()])).value;
      // So that a process resumes once, with the whole history.
      if (waits) await context.wait("pause", { seconds: 1 });
      return value;
    });

  const { handler, resumes } = watchResumes(handlerOf("steady", true));
  const steady = await simulate<number>(handler, { timeoutMs: PATIENT_MS });
  const [resume = { operations: 0, bytes: 0, pages: 0 }] = resumes.slice(-1);

  calls = 0;
  const crashing = watchResumes(handlerOf("crashed", false));
  const chance = Math.min(0.2, DEATHS / (commands * (isShared ? 4 : 2)));
  const crashed = await simulateWithCrashes<number>(crashing.handler, {
    chance,
    seed,
    timeoutMs: PATIENT_MS,
  });
  return {
    backend,
    commands,
    operations: commands,
    checkpoints: steady.checkpoints,
    bytesWritten: steady.bytesWritten,
    resume,
    crashed: {
      deaths: crashed.crashes,
      operationsReadAgain: crashing.resumes.slice(1).reduce((sum, { operations }) => sum + operations, 0),
      ...(isShared && { callsRepeated: calls - commands }),
      isRight: steady.result === commands && crashed.result === commands,
    },
  };
}
