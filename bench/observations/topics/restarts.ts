import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { z } from "zod";
import { prepareTables } from "../emulated/prepare-tables.ts";
import { restartBetweenInvocations } from "../emulated/restart-between-invocations.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { significant, whole } from "../report/format.ts";

/** An execution has 3,000 operations at most, and each stop takes one. */
const STOPS: Record<Effort, readonly number[]> = {
  quick: [1, 10, 100],
  full: [1, 10, 100, 300, 1_000, 2_000, 2_990],
};
const BACKENDS = ["execution", "DynamoDB, durable steps"] as const;

const Row = z.strictObject({
  backend: z.enum(BACKENDS),
  commands: z.int(),
  operations: z.int(),
  bytes: z.int(),
  pages: z.int(),
  /** The CPU time of the replay, in CPU times of the start of the same process. */
  replayToStart: z.number(),
});
const Data = z.strictObject({
  rows: z.array(Row).min(1),
  executions: z
    .array(
      z.strictObject({ backend: z.string(), processes: z.int(), invocations: z.int(), isRight: z.boolean() }),
    )
    .min(1),
});
type Row = z.infer<typeof Row>;

export const restarts = defineObservation({
  name: "restarts",
  title: "Processes that restart: what a new process reads and replays",
  schema: Data,
  measure: async (effort, seed) => {
    await using db = await startDynamoDB();
    await prepareTables(db.endpoint);
    const stops = STOPS[effort];
    const data: z.infer<typeof Data> = { rows: [], executions: [] };
    for (const backend of BACKENDS) {
      const inStore = backend !== "execution";
      const event = { id: `restarted-${inStore ? "store" : "execution"}`, stops, inStore };
      const { resumes, processes, invocations, value } = await restartBetweenInvocations(
        event,
        db.endpoint,
        seed,
      );
      data.executions.push({ backend, processes, invocations, isRight: value === stops.at(-1) });
      for (const { at, operations, bytes, pages, microseconds, startMicroseconds } of resumes) {
        const replayToStart = microseconds / startMicroseconds;
        data.rows.push({ backend, commands: Number(at), operations, bytes, pages, replayToStart });
      }
    }
    return data;
  },
  violations: ({ executions }) =>
    executions.filter(({ isRight }) => !isRight).map(({ backend }) => `"${backend}" came to a wrong value.`),
  describe: ({ rows, executions }) => {
    const inExecution = rows.filter(({ backend }) => backend === "execution");
    const longest = inExecution.at(-1);
    if (longest === undefined) return [];
    const said = inExecution
      .map(({ commands, replayToStart }) => `${significant(replayToStart)} after ${whole(commands)}`)
      .join(", ");
    const line = (name: string, of: (row: Row) => number) => ({
      name,
      points: rows.filter(({ backend }) => backend === name).map((row) => [row.commands, of(row)] as const),
    });
    return [
      text(
        `The emulator replaces the process at each pause, so every invocation is a new process that reads its history over HTTP: after ` +
          `${whole(longest.commands)} commands ${whole(longest.operations)} operations, ${whole(longest.bytes)} bytes in ${whole(longest.pages)} pages. The replay of ` +
          `all that takes ${significant(longest.replayToStart)} times the CPU time that the start of the process takes (Node, the SDKs and the bundle). ` +
          (executions.every(({ isRight }) => isRight)
            ? "Every execution came to the right value."
            : "**An execution came to a wrong value.**"),
      ),
      {
        kind: "figure",
        name: "restarts-replay",
        alt: `CPU time of a replay, in starts of a process, against the number of commands before. With state in the execution: ${said}.`,
        chart: {
          type: "line",
          title: "Replay in a new process, in CPU times of the process's start",
          x: { name: "commands before", scale: "logarithmic" },
          y: { name: "times the start of the process", scale: "logarithmic" },
          series: BACKENDS.map((backend) => line(backend, ({ replayToStart }) => replayToStart)),
        },
      },
      table(
        [
          "commands before",
          "backend",
          "operations read",
          "bytes read",
          "pages",
          "replay, in starts of a process",
        ],
        rows.map(({ commands, backend, operations, bytes, pages, replayToStart }) => [
          whole(commands),
          backend,
          whole(operations),
          whole(bytes),
          whole(pages),
          significant(replayToStart),
        ]),
      ),
      table(
        ["execution", "processes", "invocations", "value right"],
        executions.map(({ backend, processes, invocations, isRight }) => [
          backend,
          whole(processes),
          whole(invocations),
          isRight ? "yes" : "**no**",
        ]),
      ),
      text(
        "The ratios are local, and of CPU time in one process, so other programs on the machine change them little.",
      ),
    ];
  },
});
