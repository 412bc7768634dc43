import { estimateCost, US_EAST_1, type DurableOperation } from "@durable-counter/testing";
import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { z } from "zod";
import { median } from "../../measure/statistics.ts";
import { countInSteps, type StepRun, type StepWay } from "../emulated/count-in-steps.ts";
import { prepareTables } from "../emulated/prepare-tables.ts";
import { busyness } from "../measure/busyness.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text, type Series } from "../report/block.ts";
import { dollars, significant, whole } from "../report/format.ts";
import { localTimes } from "../report/local-times.ts";

const STEPS: Record<Effort, readonly number[]> = {
  quick: [1, 10, 30],
  full: [1, 3, 10, 30, 100, 300, 1_000],
};
const REPETITIONS: Record<Effort, number> = { quick: 1, full: 5 };
const MILLION = 1e6;

/** A step is a command on one counter; `[0]` is no execution, `[1]` has the form of a state machine. */
const WAYS = [
  { name: "plain ADD, not durable", way: "plain ADD", sends: "one by one" },
  { name: "an invocation for each step", way: "DynamoDB", sends: "invocations" },
  { name: "DynamoDB, durable steps", way: "DynamoDB, durable steps", sends: "one by one" },
  { name: "execution", way: "execution", sends: "one by one" },
  { name: "DynamoDB, durable steps, one batch", way: "DynamoDB, durable steps", sends: "all" },
] as const satisfies readonly StepWay[];
const [, INVOCATIONS, DURABLE, EXECUTION, BATCH] = WAYS;

/** The largest gain of DBOS over AWS Step Functions, of the vendor's own measurement. */
const DBOS = { times: 25, source: "https://www.dbos.dev/blog/dbos-vs-aws-step-functions-benchmark" };

const Row = z.strictObject({
  steps: z.int(),
  way: z.string(),
  /** In invocations of a function that sends one plain `ADD`. */
  time: z.number(),
  chargedOperations: z.int(),
  invocations: z.int(),
  bytesWritten: z.int(),
  writeUnits: z.number(),
  /** Without the duration of invocations. */
  dollars: z.number(),
  isRight: z.boolean(),
});
type Row = z.infer<typeof Row>;
const Data = z.strictObject({
  engine: z.string(),
  /** Processes that wanted to run, on each core. */
  busyness: z.number(),
  prices: z.strictObject({
    region: z.string(),
    date: z.string(),
    durableOperation: z.number(),
    invocation: z.number(),
  }),
  rows: z.array(Row).min(WAYS.length),
});

export const steps = defineObservation({
  name: "steps",
  title: "Steps: time and cost of a workflow against its number of steps",
  schema: Data,
  measure: async (effort, seed) => {
    await using db = await startDynamoDB();
    await prepareTables(db.endpoint);
    const size = { sizes: STEPS[effort], repetitions: REPETITIONS[effort], seed };
    const runs = await countInSteps(WAYS, size, db);
    const { region, date, durableOperation, invocation } = US_EAST_1;
    const prices = { region, date, durableOperation, invocation };
    return { engine: db.engine, busyness: busyness(), prices, rows: runs.map(rowOf) };
  },
  violations: ({ rows }) =>
    rows
      .filter(({ isRight }) => !isRight)
      .map(({ way, steps: count }) => `"${way}" came to a wrong value after ${count} steps.`),
  describe: ({ engine, busyness: busy, prices, rows }) => {
    const ways = [...Map.groupBy(rows, ({ way }) => way)];
    const most = Math.max(...rows.map((row) => row.steps));
    const of = (way: { readonly name: string }) => {
      const row = rows.find((each) => each.way === way.name && each.steps === most);
      if (row === undefined) throw new Error(`"${way.name}" was not measured with ${most} steps.`);
      return row;
    };
    const lines = (y: (row: Row) => number): readonly Series[] =>
      ways.map(([name, own]) => ({ name, points: own.map((row) => [row.steps, y(row)] as const) }));
    const ends = (y: (row: Row) => string) =>
      ways.flatMap(([name, own]) => own.slice(-1).map((row) => `${name}: ${y(row)}`)).join("; ");
    const gain = (way: { readonly name: string }) => significant(of(INVOCATIONS).time / of(way).time);
    const perMillion = (row: Row) => row.dollars * MILLION;
    const costs = ends((row) => dollars(perMillion(row)));
    return [
      text(
        `Each step reads and updates one counter. Invoking a function for each of ${whole(most)} steps takes ${gain(DURABLE)} times as long as durable steps in one function, ` +
          `${gain(EXECUTION)} times as long as state in the execution, and ${gain(BATCH)} times as long as one batch. DBOS reports [up to ${DBOS.times} times](${DBOS.source}) over AWS Step ` +
          `Functions, which adds its own transitions to the invocations that are measured here. A million of these workflows cost: ${costs}. A durable step costs as much as ` +
          `${significant(prices.durableOperation / prices.invocation)} invocations, so **put what belongs together into one step**.`,
      ),
      {
        kind: "figure",
        name: "steps-time",
        alt: `Time against the number of steps, both logarithmic, in invocations with one ADD. With ${whole(most)} steps: ${ends((row) => significant(row.time))}.`,
        chart: {
          type: "line",
          title: "Time of a workflow against its steps",
          x: { name: "steps", scale: "logarithmic" },
          y: { name: "invocations with one ADD", scale: "logarithmic" },
          series: lines(({ time }) => time),
        },
      },
      {
        kind: "figure",
        name: "steps-gain",
        alt: `How many times as long an invocation for each step takes, against the number of steps, beside the ${DBOS.times} times that DBOS reports at most over AWS Step Functions. With ${whole(most)} steps: ${[DURABLE, EXECUTION, BATCH].map((way) => `${way.name}: ${gain(way)}`).join("; ")}.`,
        chart: {
          type: "line",
          title: "Gain over an invocation for each step, beside DBOS over Step Functions",
          x: { name: "steps", scale: "logarithmic" },
          y: { name: "times as fast", scale: "logarithmic" },
          series: gainsOf(rows),
        },
      },
      {
        kind: "figure",
        name: "steps-cost",
        alt: `Dollars for a million workflows against the number of steps, both logarithmic. With ${whole(most)} steps: ${costs}.`,
        chart: {
          type: "line",
          title: "Dollars for a million workflows against their steps",
          x: { name: "steps", scale: "logarithmic" },
          y: { name: "dollars", scale: "logarithmic" },
          series: lines(perMillion),
        },
      },
      table(
        [
          "steps",
          "way",
          "time, in invocations with one ADD",
          "$ / million workflows",
          "charged operations",
          "invocations",
          "bytes checkpointed",
          "write units",
          "value right",
        ],
        rows.map((row) => [
          whole(row.steps),
          row.way,
          significant(row.time),
          dollars(perMillion(row)),
          whole(row.chargedOperations),
          whole(row.invocations),
          whole(row.bytesWritten),
          significant(row.writeUnits),
          row.isRight ? "yes" : "**no**",
        ]),
      ),
      text(
        `${localTimes("an invocation over HTTP of a function that sends one plain `ADD`", busy)} The median of repetitions, in real processes on the emulator, with ${engine}. Operations, ` +
          `bytes, invocations and write units are counted, and carry over to AWS. Prices: ${prices.region}, ${prices.date}; the duration of invocations is left out, and so is the price of an ` +
          "orchestrator that would invoke a function for each step.",
      ),
    ];
  },
});

export function rowOf({ steps: count, name, times, usage, writeUnits, isRight }: StepRun): Row {
  const { attempts, invocations, bytesWritten } = usage;
  const operations = attempts.map((each) => ({ attempts: each }) as DurableOperation);
  const estimate = estimateCost({ operations, invocations, bytesWritten }, US_EAST_1, { writeUnits });
  const isDurable = attempts.length > 0;
  return {
    steps: count,
    way: name,
    time: median(times),
    chargedOperations: isDurable ? estimate.chargedOperations : 0,
    invocations,
    bytesWritten,
    writeUnits,
    dollars: isDurable ? estimate.dollars : estimate.dollars - estimate.parts.operations, // of the start of an execution
    isRight,
  };
}

/** How much faster the ways of one invocation are than one invocation for each step, beside the published gain. */
export function gainsOf(rows: readonly Pick<Row, "steps" | "way" | "time">[]): readonly Series[] {
  const base = rows.filter(({ way }) => way === INVOCATIONS.name);
  const gains = [DURABLE, EXECUTION, BATCH].map(({ name }) => ({
    name,
    points: base.map(({ steps: count, time }) => {
      const own = rows.find((row) => row.way === name && row.steps === count);
      return [count, time / (own?.time ?? Number.NaN)] as const;
    }),
  }));
  const published = {
    name: "DBOS over Step Functions, at most (published)",
    isPublished: true,
    points: base.map(({ steps: count }) => [count, DBOS.times] as const),
  };
  return [...gains, published];
}
