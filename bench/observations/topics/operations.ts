import { startDynamoDB } from "@durable-counter/testing/dynamodb";
import { z } from "zod";
import { median, quantile } from "../../measure/statistics.ts";
import { TIMED_PROGRAMS } from "../emulated/invoke-timed.ts";
import { prepareTables } from "../emulated/prepare-tables.ts";
import { OPERATION_WAYS, OPERATIONS, type TimedOperation } from "../emulated/timed-events.ts";
import { withEmulator } from "../emulated/with-emulator.ts";
import { busyness } from "../measure/busyness.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { significant, whole } from "../report/format.ts";
import { localTimes } from "../report/local-times.ts";
import { PUBLISHED_WORKFLOWS, WORKFLOWS_SOURCE } from "./published-workflows.ts";

/** An execution has 3,000 operations at most, and a round takes 4. */
const ROUNDS: Record<Effort, number> = { quick: 60, full: 700 };

const Row = z.strictObject({
  operation: z.enum(OPERATIONS),
  way: z.enum(OPERATION_WAYS),
  samples: z.int(),
  /** In p50 of a raw read. */
  p50: z.number(),
  p99: z.number(),
});
type Row = z.infer<typeof Row>;
const Data = z.strictObject({
  engine: z.string(),
  /** Processes that wanted to run, on each core. */
  busyness: z.number(),
  rows: z.array(Row).length(OPERATIONS.length * OPERATION_WAYS.length),
});

export const operations = defineObservation({
  name: "operations",
  title: "Single operations: what the log adds to a read and to a write",
  schema: Data,
  measure: async (effort, seed) => {
    await using db = await startDynamoDB();
    await prepareTables(db.endpoint);
    const options = { file: TIMED_PROGRAMS, endpoints: { operations: db.endpoint }, seed };
    return await withEmulator(options, async ({ invoke }) => {
      const { result, errorType } = await invoke("operations", { rounds: ROUNDS[effort] }, "operations");
      if (errorType !== undefined) throw new Error(`The operations failed: ${JSON.stringify(result)}`);
      const timed = result as readonly TimedOperation[]; // of timed-programs.ts
      return { engine: db.engine, busyness: busyness(), rows: inRawReads(timed) };
    });
  },
  describe: ({ engine, busyness: busy, rows }) => {
    const of = (operation: Row["operation"], way: Row["way"]) => {
      const row = rows.find((each) => each.operation === operation && each.way === way);
      if (row === undefined) throw new Error(`A ${operation} of "${way}" was not measured.`);
      return row;
    };
    const overhead = (operation: Row["operation"], way: Row["way"]) =>
      significant(of(operation, way).p50 / of(operation, "raw").p50);
    const said = OPERATIONS.map(
      (operation) =>
        `${operation}: ${OPERATION_WAYS.map((way) => `${way} ${significant(of(operation, way).p50)} and ${significant(of(operation, way).p99)}`).join(", ")}`,
    ).join("; ");
    return [
      text(
        `With an idempotency key, a write takes ${overhead("write", "DynamoDB")} times as long as a raw \`ADD\`: the same request stores the key. As a durable step it takes ` +
          `${overhead("write", "DynamoDB, durable steps")} times as long, because the step also waits for its checkpoint. With its state in the execution, the checkpoint is all ` +
          `(${overhead("write", "execution")} times). A read as a durable step takes ${overhead("read", "DynamoDB, durable steps")} times as long as a raw read; without one, the store logs ` +
          `no reads (${overhead("read", "DynamoDB")} times).`,
      ),
      {
        kind: "figure",
        name: "operations-latency",
        alt: `p50 as bars and p99 as whiskers of a read and a write, raw and logged, in p50 of a raw read. p50 and p99 of a ${said}.`,
        chart: {
          type: "bar",
          title: "One operation, raw and logged: p50 – p99",
          x: { name: "operation" },
          y: { name: "times the p50 of a raw read" },
          categories: OPERATIONS,
          series: OPERATION_WAYS.map((way) => ({
            name: way,
            points: OPERATIONS.map((operation, index) => {
              const { p50, p99 } = of(operation, way);
              return [index, p50, p99] as const;
            }),
          })),
        },
      },
      table(
        ["operation", "way", "samples", "p50", "p99", "p50 to raw"],
        rows.map(({ operation, way, samples, p50, p99 }) => [
          operation,
          way,
          whole(samples),
          significant(p50),
          significant(p99),
          overhead(operation, way),
        ]),
      ),
      text(
        `${localTimes("the p50 of a raw read, one consistent `GetItem`", busy)} All operations were timed in turn within one execution, in a real process over HTTP, with ${engine}. The log ` +
          "of the emulator is in memory and on this machine. On AWS a checkpoint crosses a network and is replicated, so the share of the log may be larger there.",
      ),
      text(
        "**Published figures of others**, in the same form. Halfmoon (SOSP 2023) has single operations in this form; its repository has no numbers of them, and its abstract says: 20 to 40 % " +
          `less latency and 1.5 to 4.0 times less overhead of logging than Boki. [Boki's expected results](${WORKFLOWS_SOURCE}) have whole workflows, beside Beldi. Their milliseconds are of ` +
          "their machines; compare the whiskers with the bars.",
      ),
      {
        kind: "figure",
        name: "operations-published",
        alt: `Published p50 as bars and p99 as whiskers, in milliseconds: ${PUBLISHED_WORKFLOWS.map(({ system, workflow, p50, p99 }) => `${system}, ${workflow}: ${p50} and ${p99}`).join("; ")}.`,
        chart: publishedWorkflows(),
      },
    ];
  },
});

/** Percentiles in the median of the raw reads. */
export function inRawReads(timed: readonly TimedOperation[]): Row[] {
  const raw = timed.find(({ operation, way }) => operation === "read" && way === "raw");
  const unit = median(raw?.latencies ?? []);
  return timed.map(({ operation, way, latencies }) => ({
    operation,
    way,
    samples: latencies.length,
    p50: quantile(latencies, 0.5) / unit,
    p99: quantile(latencies, 0.99) / unit,
  }));
}

function publishedWorkflows() {
  const workflows = [...new Set(PUBLISHED_WORKFLOWS.map(({ workflow }) => workflow))];
  return {
    type: "bar",
    title: "Published: workflows of Boki and Beldi, p50 – p99",
    x: { name: "workflow" },
    y: { name: "milliseconds, of their machines" },
    categories: workflows,
    series: [...Map.groupBy(PUBLISHED_WORKFLOWS, ({ system }) => system)].map(([system, rows]) => ({
      name: `${system} (published)`,
      points: rows.map(({ workflow, p50, p99 }) => [workflows.indexOf(workflow), p50, p99] as const),
    })),
  } as const;
}
