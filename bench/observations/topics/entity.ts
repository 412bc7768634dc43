import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { z } from "zod";
import { median } from "../../measure/statistics.ts";
import { countOneEntity, type EntityCount, type EntityLoad } from "../emulated/count-one-entity.ts";
import { prepareTables } from "../emulated/prepare-tables.ts";
import { busyness } from "../measure/busyness.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { significant, whole } from "../report/format.ts";
import { localTimes } from "../report/local-times.ts";
import { shapesOf } from "../report/shape.ts";
import { ENTITY_SOURCE, PUBLISHED_ENTITY, PUBLISHED_SCALING } from "./published-entities.ts";

const REQUESTS: Record<Effort, number> = { quick: 20, full: 200 };
const REPETITIONS: Record<Effort, number> = { quick: 1, full: 7 };
/** So many keys does the counter keep in the end, whose write units are added up. */
const UNIT_REQUESTS: Record<Effort, number> = { quick: 20, full: 1_000 };
const CALLERS: Record<Effort, readonly number[]> = { quick: [1, 2], full: [1, 2, 4] };
const BATCH = 100;

/** Write units that one partition takes in a second; an item is in one partition. */
const PARTITION_UNITS = 1_000;
const PARTITION_SOURCE =
  "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html";

const Row = z.strictObject({
  way: z.string(),
  batch: z.int(),
  callers: z.int(),
  /** Commands in the time that one plain `ADD` of a single process takes. */
  throughput: z.number(),
  writeUnits: z.number(),
  isRight: z.boolean(),
});
type Row = z.infer<typeof Row>;
const Data = z.strictObject({
  engine: z.string(),
  /** Processes that wanted to run, on each core. */
  busyness: z.number(),
  unitRequests: z.int(),
  rows: z.array(Row).min(2),
});

export const entity = defineObservation({
  name: "entity",
  title: "One entity: how many operations a second one counter takes",
  schema: Data,
  measure: async (effort, seed) => {
    await using db = await startDynamoDB();
    await prepareTables(db.endpoint);
    const unitRequests = UNIT_REQUESTS[effort];
    const size = { requests: REQUESTS[effort], repetitions: REPETITIONS[effort], unitRequests, seed };
    const counts = await countOneEntity(loadsOf(CALLERS[effort]), size, db);
    return { engine: db.engine, busyness: busyness(), unitRequests, rows: inPlainAdds(counts) };
  },
  violations: ({ rows }) =>
    rows
      .filter(({ isRight }) => !isRight)
      .map((row) => `"${nameOf(row)}" came to a wrong value with ${row.callers} processes.`),
  describe: ({ engine, busyness: busy, unitRequests, rows }) => {
    const ways = [...Map.groupBy(rows, nameOf)];
    const alone = rows.filter(({ callers }) => callers === 1);
    const most = Math.max(...rows.map(({ callers }) => callers));
    const callers = [...new Set(rows.map((row) => row.callers))];
    const said = ways
      .map(([name, own]) => `${name}: ${own.map(({ throughput }) => significant(throughput)).join(", ")}`)
      .join("; ");
    const limits = limitsOf(alone);
    const saidOfLimits = limits.map(({ name, perSecond }) => `${name}: ${significant(perSecond)}`).join("; ");
    const scaling = shapesOf(
      [
        ...ways
          .filter(([, own]) => own.length > 1)
          .map(([name, own]) => ({ name, points: own.map((row) => [row.callers, row.throughput] as const) })),
        PUBLISHED_SCALING,
      ],
      "y",
    );
    return [
      text(
        `**What a partition allows.** A partition of DynamoDB [takes ${whole(PARTITION_UNITS)} write units a second](${PARTITION_SOURCE}), and a counter's item is in one. With the write ` +
          `units that ${whole(unitRequests)} requests in a row took here, a partition with all items of one counter takes so many commands a second: ${saidOfLimits}. Keys in items of ` +
          "their own are usually in other partitions, which leaves room for more; a stream that lasts keeps more keys, and pays more ([Cost](#cost)). A batch is one write, so " +
          "**batch a hot counter, or give it shards** ([Parallel work](#parallel)). A counter in an execution has no such limit, but no other execution can reach it.",
      ),
      {
        kind: "figure",
        name: "entity-limit",
        alt: `Commands a second of one entity, logarithmic. Computed from measured write units, for one partition: ${saidOfLimits}. Published: ${PUBLISHED_ENTITY.map(({ name, perSecond }) => `${name}: ${significant(perSecond)}`).join("; ")}.`,
        chart: {
          type: "bar",
          title: "One entity: commands a second of a partition, beside published systems",
          x: { name: "" },
          y: { name: "commands a second", scale: "logarithmic" },
          categories: [...limits, ...PUBLISHED_ENTITY].map(({ name }) => name),
          series: [
            {
              name: "ours, computed",
              points: limits.map(({ perSecond }, index) => [index, perSecond]),
            },
            {
              name: "published",
              points: PUBLISHED_ENTITY.map(({ perSecond }, index) => [limits.length + index, perSecond]),
            },
          ],
        },
      },
      text(
        `**What was measured.** Real processes count on one counter at once, over HTTP; an execution counts alone. With ${callers.join(", ")} processes, commands in the time of a ` +
          `plain \`ADD\`: ${said}.`,
      ),
      {
        kind: "figure",
        name: "entity-scaling",
        alt: `Operations of one entity against processes, each in its own number with one process: ${scaling.map(({ name, points }) => `${name}: ${points.map(([, y]) => significant(y)).join(", ")}`).join("; ")}. Netherite: against cores.`,
        chart: {
          type: "line",
          title: "One entity: what more processes gain, beside Netherite",
          x: { name: "processes (Netherite: cores)" },
          y: { name: "times its own first" },
          series: scaling,
        },
      },
      table(
        [
          "way to count",
          "commands a request",
          "processes",
          "commands in the time of an ADD",
          "write units a command",
          "value right",
        ],
        rows.map((row) => [
          row.way,
          whole(row.batch),
          whole(row.callers),
          significant(row.throughput),
          significant(row.writeUnits),
          row.isRight ? "yes" : "**no**",
        ]),
      ),
      text(
        `${localTimes("one plain `ADD` of one process", busy)} The median of repetitions, with ${engine}; up to ${whole(most)} processes and the database share the cores of one machine, so what more ` +
          `processes gain is less here than on AWS. Netherite and Azure Storage: [Netherite's paper and repository](${ENTITY_SOURCE}), signals of one counter entity.`,
      ),
    ];
  },
});

/** An execution's state is its own, so only one process counts on it. */
function loadsOf(callers: readonly number[]): readonly EntityLoad[] {
  const shared = (way: EntityLoad["way"], batch: number) =>
    callers.map((each) => ({ way, batch, callers: each }));
  return [
    ...shared("plain ADD", 1),
    ...shared("DynamoDB", 1),
    ...shared("DynamoDB, separate items", 1),
    ...shared("DynamoDB", BATCH),
    ...shared("DynamoDB, durable steps", 1),
    { way: "execution", batch: 1, callers: 1 },
    { way: "execution", batch: BATCH, callers: 1 },
  ];
}

function nameOf({ way, batch }: Pick<Row, "way" | "batch">): string {
  return batch === 1 ? way : `${way}, batches of ${batch}`;
}

/**
 * The median of what each repetition has gained over a plain `ADD` of one process in the same repetition.
 *
 * @throws Error where that was not measured
 */
export function inPlainAdds(counts: readonly EntityCount[]): Row[] {
  const unit = counts.find(({ way, callers }) => way === "plain ADD" && callers === 1);
  if (unit === undefined)
    throw new Error("The plain ADD of one process, which is the unit, was not measured.");
  return counts.map(({ way, batch, callers, rates, writeUnits, isRight }) => ({
    way,
    batch,
    callers,
    throughput: median(rates.map((rate, repetition) => rate / (unit.rates[repetition] ?? Number.NaN))),
    writeUnits,
    isRight,
  }));
}

/** Commands a second that a partition takes; nothing for ways that write no item. */
export function limitsOf(rows: readonly Pick<Row, "way" | "batch" | "writeUnits">[]) {
  return rows
    .filter(({ writeUnits }) => writeUnits > 0)
    .map((row) => ({ name: nameOf(row), perSecond: PARTITION_UNITS / row.writeUnits }));
}
