import { z } from "zod";
import { contend, contenders } from "../measure/contend.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { significant, whole } from "../report/format.ts";

const WRITERS: Record<Effort, readonly number[]> = { quick: [1, 8], full: [1, 4, 16, 64] };
const SKEWS: Record<Effort, readonly number[]> = { quick: [0, 0.999], full: [0, 0.5, 0.8, 0.9, 0.999] };
const COMMANDS: Record<Effort, number> = { quick: 60, full: 1_000 };
const COUNTERS = 100;

const Row = z.strictObject({
  way: z.string(),
  varied: z.enum(["writers", "skew"]),
  writers: z.int(),
  counters: z.int(),
  skew: z.number(),
  requests: z.number(),
  writeUnits: z.number(),
});
type Row = z.infer<typeof Row>;

export const contention = defineObservation({
  name: "contention",
  title: "Contention: what many writers cost each other",
  schema: z.array(Row).min(2),
  measure: async (effort, seed) => {
    const rows: Row[] = [];
    const commands = COMMANDS[effort];
    // The names that it was made with.
    for (const way of Object.keys(contenders) as (keyof typeof contenders)[]) {
      for (const writers of WRITERS[effort]) {
        const one = { writers, counters: 1, skew: 0 };
        rows.push({ way, varied: "writers", ...one, ...(await contend(way, { ...one, commands, seed })) });
      }
      for (const skew of SKEWS[effort]) {
        const many = { writers: Math.max(...WRITERS[effort]), counters: COUNTERS, skew };
        rows.push({ way, varied: "skew", ...many, ...(await contend(way, { ...many, commands, seed })) });
      }
    }
    return rows;
  },
  describe: (rows) => {
    const onOne = rows.filter(({ varied }) => varied === "writers");
    const most = Math.max(...onOne.map(({ writers }) => writers));
    const ways = [...Map.groupBy(onOne, ({ way }) => way)];
    const said = onOne
      .filter(({ writers }) => writers === most)
      .map(({ way, requests }) => `${way} ${significant(requests)}`)
      .join(", ");
    return [
      text(
        `Requests for a command when ${most} writers share one counter: ${said}. A conditional update that needs no earlier read has no loop in which writers can delay each other.`,
      ),
      {
        kind: "figure",
        name: "contention-writers",
        alt: `Requests for a command against the number of writers of one counter. With ${most}: ${said}.`,
        chart: {
          type: "line",
          title: "Requests for a command, writers of one counter",
          x: { name: "writers at once", scale: "logarithmic" },
          y: { name: "requests", scale: "logarithmic" },
          series: ways.map(([name, points]) => ({
            name,
            points: points.map(({ writers, requests }) => [writers, requests] as const),
          })),
        },
      },
      table(
        ["way to count", "writers", "counters", "Zipf skew", "requests a command", "write units a command"],
        rows.map(({ way, writers, counters, skew, requests, writeUnits }) => [
          way,
          whole(writers),
          whole(counters),
          String(skew),
          significant(requests),
          significant(writeUnits),
        ]),
      ),
      text(
        "Time is virtual, so there are no latencies here, and the limit of about 1,000 write units a second of one item is not simulated. The store's writers send no " +
          "keys of their own, so each write has a generated key. **A burst on one counter is dear**: the item holds the keys of the whole burst, and each write pays for " +
          `all of them, here up to ${significant(Math.max(...onOne.filter(({ way }) => way === "DynamoDB").map(({ writeUnits }) => writeUnits)))} write units a command. Batch a burst, or use ` +
          '`strategy: "separate-item"`, which pays 4 ([Cost](#cost)).',
      ),
    ];
  },
});
