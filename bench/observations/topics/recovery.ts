import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { z } from "zod";
import { prepareTables } from "../emulated/prepare-tables.ts";
import { DEATHS, type DyingEvent } from "../emulated/program-events.ts";
import { recoverFromDeaths } from "../emulated/recover-from-death.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { significant, whole } from "../report/format.ts";

const COMMANDS: Record<Effort, number> = { quick: 10, full: 200 };
/** Where in the execution the process dies, as a part of its commands. */
const PLACES: Record<Effort, readonly number[]> = { quick: [0.5], full: [0, 0.25, 0.5, 0.75, 0.995] };

const Row = z.strictObject({
  backend: z.enum(["execution", "DynamoDB, durable steps"]),
  commands: z.int(),
  /** How many commands had counted before the process died. */
  done: z.int(),
  where: z.enum(DEATHS),
  operationsRead: z.int(),
  bytesRead: z.int(),
  requestsRepeated: z.int(),
  /** The CPU time of the new process until it is where the old one died, in CPU times of the old one until then. */
  recoveryToFirst: z.number(),
  isRight: z.boolean(),
});
type Row = z.infer<typeof Row>;

export const recovery = defineObservation({
  name: "recovery",
  title: "Recovery: what a death costs, by where the process died",
  schema: z.array(Row).min(1),
  measure: async (effort, seed) => {
    await using db = await startDynamoDB();
    await prepareTables(db.endpoint);
    const commands = COMMANDS[effort];
    const events = [false, true].flatMap((inStore) =>
      PLACES[effort].flatMap((place) =>
        DEATHS.filter((where) => inStore || where === "between two steps").map((dieWhere): DyingEvent => {
          const dieAt = Math.floor(place * commands);
          const id = `died-${inStore ? "store" : "execution"}-${dieAt}-${DEATHS.indexOf(dieWhere)}`;
          return { id, commands, dieAt, dieWhere, inStore };
        }),
      ),
    );
    const recovered = await recoverFromDeaths(events, db.endpoint, seed);
    return recovered.map(({ first, second, requests, value }, index): Row => {
      const { dieAt = 0, dieWhere = DEATHS[0], inStore = false } = events[index] ?? {};
      return {
        backend: inStore ? "DynamoDB, durable steps" : "execution",
        commands,
        done: dieAt,
        where: dieWhere,
        operationsRead: second.operations,
        bytesRead: second.bytes,
        requestsRepeated: inStore ? requests - commands : 0,
        recoveryToFirst: second.microseconds / first.microseconds,
        isRight: value === commands,
      };
    });
  },
  violations: (rows) =>
    rows
      .filter(({ isRight }) => !isRight)
      .map(
        ({ backend, where, done }) =>
          `"${backend}" came to a wrong value after a death ${where}, after ${done} commands.`,
      ),
  describe: (rows) => {
    const late = rows.filter(({ done }) => done === Math.max(...rows.map((row) => row.done)));
    const worst = Math.max(...rows.map(({ requestsRepeated }) => requestsRepeated));
    const ratios = late.map(({ recoveryToFirst }) => recoveryToFirst);
    const between = rows.filter(({ where }) => where === "between two steps");
    const said = between
      .map(
        ({ backend, done, recoveryToFirst }) =>
          `${backend} ${significant(recoveryToFirst)} after ${whole(done)}`,
      )
      .join(", ");
    return [
      text(
        `A new process reads the history and goes on with the command at which the last one died. It repeats ${worst === 1 ? "at most one request" : `${whole(worst)} requests at most`} to DynamoDB: ` +
          `the one whose reply was lost with its process. The store answers it from its idempotency key, so **${whole(rows.filter(({ isRight }) => !isRight).length)} of ${whole(rows.length)}** ` +
          `executions came to a wrong value. Late in an execution of ${whole(rows[0]?.commands ?? 0)} commands, coming back takes ${significant(Math.min(...ratios))} to ` +
          `${significant(Math.max(...ratios))} of the CPU time that the process which died had spent.`,
      ),
      {
        kind: "figure",
        name: "recovery-work",
        alt: `CPU time of recovery, as a part of the first process's until its death, against the commands before. Between two steps: ${said}.`,
        chart: {
          type: "line",
          title: "Recovery, in CPU times of the process that died",
          x: { name: "commands counted before the death" },
          y: { name: "recovery to first time", scale: "logarithmic" },
          series: [
            ...Map.groupBy(
              rows,
              ({ backend, where }) => `${backend === "execution" ? backend : "store"}: ${where}`,
            ),
          ].map(([name, own]) => ({
            name,
            points: own.map(({ done, recoveryToFirst }) => [done, recoveryToFirst] as const),
          })),
        },
      },
      table(
        [
          "backend",
          "died",
          "commands before",
          "operations read",
          "bytes read",
          "requests repeated",
          "recovery to first time",
          "value right",
        ],
        rows.map((row) => [
          row.backend,
          row.where,
          whole(row.done),
          whole(row.operationsRead),
          whole(row.bytesRead),
          whole(row.requestsRepeated),
          significant(row.recoveryToFirst),
          row.isRight ? "yes" : "**no**",
        ]),
      ),
      text(
        "Measured in the emulator, with a real process that is killed once. A counter in DynamoDB without durable steps has nothing to read again: its caller repeats one request.",
      ),
    ];
  },
});
