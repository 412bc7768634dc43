import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { durableCounter } from "@durable-counter/durable";
import { estimateCost, simulate } from "@durable-counter/testing";
import { z } from "zod";
import { createStore } from "../measure/simulated-store.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { dollars, significant, whole } from "../report/format.ts";

const CHUNKS: Record<Effort, readonly number[]> = { quick: [1, 10], full: [1, 10, 100, 500] };
const CONCURRENCY = [1, 10, 100];
const WORDS_IN_CHUNK = 7;
const PATIENT_MS = 600_000;

const Row = z.strictObject({
  chunks: z.int(),
  concurrency: z.int(),
  chargedOperations: z.int(),
  checkpoints: z.int(),
  bytesWritten: z.int(),
  dollars: z.number(),
  isRight: z.boolean(),
});
type Row = z.infer<typeof Row>;

export const parallel = defineObservation({
  name: "parallel",
  title: "Parallel work: a branch for each chunk, and one counter that all branches share",
  schema: z.array(Row).min(1),
  measure: async (effort, seed) => {
    const rows: Row[] = [];
    for (const chunks of CHUNKS[effort]) {
      for (const concurrency of CONCURRENCY.filter((branches) => branches <= chunks)) {
        rows.push(await measureRow(chunks, concurrency, seed));
      }
    }
    return rows;
  },
  describe: (rows) => [
    text(
      "As in [example 04](../../examples/04-parallel-word-count.ts), a branch has one step for its work and one for the shared counter in DynamoDB. The price depends on " +
        "the number of chunks, not on how many run at once; branches that run at once share checkpoint calls. An execution may have 3,000 operations: larger chunks " +
        "are cheaper.",
    ),
    table(
      [
        "chunks",
        "at once",
        "charged operations",
        "operations a chunk",
        "checkpoint calls",
        "bytes checkpointed",
        "dollars for 1,000 executions",
        "count right",
      ],
      rows.map((row) => [
        whole(row.chunks),
        whole(row.concurrency),
        whole(row.chargedOperations),
        significant(row.chargedOperations / row.chunks),
        whole(row.checkpoints),
        whole(row.bytesWritten),
        dollars(row.dollars * 1_000),
        row.isRight ? "yes" : "**no**",
      ]),
    ),
    text("The write units of the shared counter are left out here; [Contention](#contention) has them."),
  ],
});

async function measureRow(chunks: number, concurrency: number, seed: number): Promise<Row> {
  const store = await createStore({ seed });
  const handler = withDurableExecution(async (_event: unknown, context) => {
    const items = Array.from({ length: chunks }, (_, chunk) => chunk);
    await context.map(
      "chunks",
      items,
      async (branch, chunk) => {
        const words = await branch.step("count words", async () => WORDS_IN_CHUNK);
        await durableCounter(branch, { store, id: "words" }).increment(words);
        return chunk;
      },
      { maxConcurrency: concurrency },
    );
  });
  const simulation = await simulate(handler, { timeoutMs: PATIENT_MS });
  const { chargedOperations, dollars } = estimateCost(simulation);
  const { checkpoints, bytesWritten } = simulation;
  const isRight = (await store.get("words", { consistent: true })) === chunks * WORDS_IN_CHUNK;
  return { chunks, concurrency, chargedOperations, checkpoints, bytesWritten, dollars, isRight };
}
