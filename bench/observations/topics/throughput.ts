import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { loadedWays, offerLoad, type LoadedWay } from "../measure/offered-load.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text, type Block, type Chart } from "../report/block.ts";
import { significant } from "../report/format.ts";
import { shapesOf } from "../report/shape.ts";
import { CURVES_SOURCE, PUBLISHED_LOAD, PUBLISHED_SKEW } from "./published-curves.ts";
import { PUBLISHED } from "./published-figures.ts";

const OFFERED: Record<Effort, readonly number[]> = { quick: [0.1, 1], full: [0.03, 0.1, 0.3, 1, 3] };
const SKEWS: Record<Effort, readonly number[]> = {
  quick: [0, 0.999],
  full: [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.99, 0.999],
};
const COMMANDS: Record<Effort, number> = { quick: 60, full: 400 };
const COUNTERS = 100;
/** Commands in the time of a round trip while the skew is varied. */
const OFFERED_WITH_SKEW = 3;

const Row = z.strictObject({
  way: z.string(),
  varied: z.enum(["load", "skew"]),
  offered: z.number(),
  counters: z.int(),
  skew: z.number(),
  p50: z.number(),
  p99: z.number(),
  throughput: z.number(),
});
type Row = z.infer<typeof Row>;

export const throughput = defineObservation({
  name: "throughput",
  title: "Throughput: latency against load and skew",
  schema: z.array(Row).min(2),
  measure: async (effort, seed) => {
    const rows: Row[] = [];
    const commands = COMMANDS[effort];
    // The names that it was made with.
    for (const way of Object.keys(loadedWays) as LoadedWay[]) {
      for (const offered of OFFERED[effort]) {
        const one = { offered, counters: 1, skew: 0 };
        rows.push({ way, varied: "load", ...one, ...(await offerLoad(way, { ...one, commands, seed })) });
      }
      for (const skew of SKEWS[effort]) {
        const many = { offered: OFFERED_WITH_SKEW, counters: COUNTERS, skew };
        rows.push({ way, varied: "skew", ...many, ...(await offerLoad(way, { ...many, commands, seed })) });
      }
    }
    return rows;
  },
  describe: (rows) => {
    const [load, skewed] = (["load", "skew"] as const).map((varied) =>
      rows.filter((row) => row.varied === varied),
    );
    const most = Math.max(...(load ?? []).map(({ offered }) => offered));
    const said = (load ?? [])
      .filter(({ offered }) => offered === most)
      .map(({ way, p50, p99 }) => `${way} ${significant(p50)} and ${significant(p99)}`)
      .join(", ");
    const skew = Math.max(...(skewed ?? []).map((row) => row.skew));
    const saidOfSkew = (skewed ?? [])
      .filter((row) => row.skew === skew)
      .map(({ way, p99 }) => `${way} ${significant(p99)}`)
      .join(", ");
    return [
      text(
        `p50 and p99 of a command on one counter, in round trips to DynamoDB, when ${significant(most)} commands arrive in the time of a round trip: ${said}. ` +
          "Commands arrive whether or not earlier ones have ended. A way that reads before it writes has to begin again whenever another writer was faster." +
          (isLikeAdd(rows)
            ? " The store sends one request, as `ADD` does: its lines lie on those of `ADD`."
            : ""),
      ),
      {
        kind: "figure",
        name: "throughput-load",
        alt: `Latency against throughput of one counter, both logarithmic, p50 and p99. At the highest load: ${said}.`,
        chart: percentiles(
          "Latency against throughput, one counter",
          { name: "commands ended in the time of a round trip", scale: "logarithmic" },
          load ?? [],
          (row) => row.throughput,
        ),
      },
      {
        kind: "figure",
        name: "throughput-skew",
        alt: `Latency of commands on ${COUNTERS} counters against the skew of Zipf's law, p50 and p99. p99 with ${skew}: ${saidOfSkew}.`,
        chart: percentiles(
          `Latency against Zipf skew, ${COUNTERS} counters`,
          { name: "Zipf skew", scale: "linear" },
          skewed ?? [],
          (row) => row.skew,
        ),
      },
      table(
        ["way to count", "offered", "counters", "Zipf skew", "ended", "p50", "p99"],
        rows.map(({ way, offered, counters, skew: exponent, throughput: ended, p50, p99 }) => [
          way,
          significant(offered),
          counters,
          String(exponent),
          significant(ended),
          significant(p50),
          significant(p99),
        ]),
      ),
      text(
        "**Local.** The clock and the network are virtual: a latency is a number of mean round trips, and offered and ended are commands in the time of one. " +
          "The limit of about 1,000 write units a second of one item is not simulated, so the first two ways have no knee here, as they have on AWS.",
      ),
      text(
        "**Published figures of others**, for their shape only: other machines, other stores, other work. So each line is in the unit of its own first point. Styx, Boki, Beldi and " +
          `T-Statefun: [the numbers of Styx's plots](${CURVES_SOURCE}). T-Statefun has no numbers above a skew of 0.8, where it collapsed. No published figure for AWS Lambda durable ` +
          "functions was found.",
      ),
      ...besidePublished(load ?? [], skewed ?? []),
      table(
        ["source", "what", "figures"],
        PUBLISHED.map(({ source, what, figures }) => [source, what, figures]),
      ),
    ];
  },
});

/** The p50 of ours and of others, as lines that start at 1. */
function besidePublished(load: readonly Row[], skewed: readonly Row[]): readonly Block[] {
  const shape = (rows: readonly Row[], of: (row: Row) => number) =>
    [...Map.groupBy(rows, ({ way }) => way)].map(([name, own]) => ({
      name,
      points: own.map((row) => [of(row), row.p50] as const),
    }));
  const byLoad = shapesOf([...shape(load, ({ offered }) => offered), ...PUBLISHED_LOAD], "both");
  const bySkew = shapesOf([...shape(skewed, ({ skew }) => skew), ...PUBLISHED_SKEW], "y");
  const ends = (series: typeof byLoad) =>
    series.map(({ name, points }) => `${name} ${significant(points.at(-1)?.[1] ?? Number.NaN)}`).join(", ");
  const y = { name: "times its own first p50", scale: "logarithmic" } as const;
  return [
    {
      kind: "figure",
      name: "throughput-load-published",
      alt: `p50 against offered load, each in its own first point, ours beside published systems. At the highest load of each: ${ends(byLoad)}.`,
      chart: {
        type: "line",
        title: "Shape of p50 against load, beside published systems",
        x: { name: "times its own first load", scale: "logarithmic" },
        y,
        series: byLoad,
      },
    },
    {
      kind: "figure",
      name: "throughput-skew-published",
      alt: `p50 against Zipf skew, in times of each system's p50 without skew, ours beside published systems. At the highest skew of each: ${ends(bySkew)}.`,
      chart: {
        type: "line",
        title: "Shape of p50 against Zipf skew, beside published systems",
        x: { name: "Zipf skew", scale: "linear" },
        y,
        series: bySkew,
      },
    },
  ];
}

/** Whether the store has the latencies of `ADD` everywhere. */
function isLikeAdd(rows: readonly Row[]): boolean {
  const [add, store] = ["plain ADD", "DynamoDB"].map((name) =>
    rows.filter(({ way }) => way === name).map(({ p50, p99, throughput: ended }) => [p50, p99, ended]),
  );
  return isDeepStrictEqual(add, store);
}

/** A line of p50 and one of p99 for each way, over a number. */
function percentiles(title: string, x: Chart["x"], rows: readonly Row[], of: (row: Row) => number): Chart {
  const ways = [...Map.groupBy(rows, ({ way }) => way)];
  return {
    type: "line",
    title,
    x,
    y: { name: "round trips", scale: "logarithmic" },
    series: ways.flatMap(([way, points]) =>
      (["p50", "p99"] as const).map((share) => ({
        name: `${way}, ${share}`,
        isUpper: share === "p99",
        points: points.map((row) => [of(row), row[share]] as const),
      })),
    ),
  };
}
