import { z } from "zod";
import { countUnderFaults } from "../measure/count-under-faults.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { percent, significant, whole } from "../report/format.ts";
import { subjects } from "../subjects/subjects.ts";

const RATES: Record<Effort, readonly number[]> = { quick: [0, 0.2], full: [0, 0.1, 0.2, 0.3, 0.4] };
const COMMANDS: Record<Effort, number> = { quick: 60, full: 1_000 };

const Row = z.strictObject({
  way: z.string(),
  isOurs: z.boolean(),
  rate: z.number(),
  commands: z.int(),
  over: z.int(),
  under: z.int(),
  unknown: z.int(),
  requests: z.int(),
  deaths: z.int(),
});
type Row = z.infer<typeof Row>;

/** The part of all commands that counted wrongly. */
export const errorOf = ({ over, under, commands }: Row) => (over + under) / commands;

export const failure = defineObservation({
  name: "failure",
  title: "Failure: how wrong a counter becomes when the network fails and processes die",
  schema: z.array(Row).min(subjects.length),
  measure: async (effort, seed) => {
    const rows: Row[] = [];
    for (const { name: way, isOurs, subject } of subjects) {
      for (const rate of RATES[effort]) {
        const counted = await countUnderFaults(subject, { rate, commands: COMMANDS[effort], seed });
        rows.push({ way, isOurs, rate, ...counted });
      }
    }
    return rows;
  },
  violations: (rows) =>
    rows
      .filter((row) => row.isOurs && errorOf(row) > 0)
      .map(
        ({ way, rate, over, under }) =>
          `"${way}" counted ${over} twice and lost ${under} at ${percent(rate)} faults.`,
      ),
  describe: (rows) => {
    const ways = [...Map.groupBy(rows, ({ way }) => way)];
    const highest = Math.max(...rows.map(({ rate }) => rate));
    const worst = rows.filter(({ rate }) => rate === highest);
    const ours = rows.filter(({ isOurs }) => isOurs);
    const wrong = ours.reduce((sum, { over, under }) => sum + over + under, 0);
    const total = ours.reduce((sum, { commands }) => sum + commands, 0);
    const said = worst.map((row) => `${row.way} ${percent(errorOf(row))}`).join(", ");
    return [
      text(
        `Of ${whole(total)} commands through the three backends of this repository, **${whole(wrong)} counted wrongly**. When ` +
          `${percent(highest)} of all requests meet a fault, the counting error is: ${said}.`,
      ),
      {
        kind: "figure",
        name: "failure-error",
        alt: `Counting error against the part of requests that meet a fault. At ${percent(highest)}: ${said}.`,
        chart: {
          type: "line",
          title: "Counting error: commands that counted twice or were lost",
          x: { name: "requests that meet a fault, in percent" },
          y: { name: "commands counted wrongly, in percent" },
          series: ways.map(([name, points]) => ({
            name,
            points: points.map((row) => [row.rate * 100, errorOf(row) * 100] as const),
          })),
        },
      },
      table(
        [
          "way to count",
          "faults",
          "counted twice",
          "lost",
          "unknown",
          "error",
          "requests a command",
          "deaths",
        ],
        rows.map((row) => [
          row.way,
          percent(row.rate),
          whole(row.over),
          whole(row.under),
          whole(row.unknown),
          percent(errorOf(row)),
          significant(row.requests / row.commands),
          whole(row.deaths),
        ]),
      ),
      text(
        `Each way counts ${whole(rows[0]?.commands ?? 0)} commands, ten for each counter. Each command adds its own power of 32, so that the value tells how ` +
          "often it counted. Faults are all that `createSimulatedDynamoDB` has: lost, late, cut and duplicated messages, resets, 500s, " +
          "throttling and conflicts. A process also dies by chance, at a quarter of that rate, before and after each request and each " +
          "checkpoint. A stateless function receives an event again until it acknowledges it. “Unknown” are commands that were never " +
          "acknowledged: their caller is told so, and may count them as 0 or 1.",
      ),
    ];
  },
});
