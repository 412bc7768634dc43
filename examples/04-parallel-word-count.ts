// A long text, counted in parallel: a branch per chunk, and counters that the branches and other executions share.
// A crash at any instant counts no chunk twice: the keys of a branch follow from its position in the execution.
import { fileURLToPath } from "node:url";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { increment, type CounterStore } from "@durable-counter/core";
import { durableCounter } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { client, tableName } from "./dynamodb-client.ts";
import { countWords } from "./word-count/count-words.ts";
import { planChunks } from "./word-count/plan.ts";
import { failedChunks, readCounters, tooManyFailed, type WordCount } from "./word-count/report.ts";
import { parseWordCountRequest } from "./word-count/request.ts";
import { decodeText, textFolder, type Texts } from "./word-count/texts.ts";
import { textRetryStrategy as retryStrategy } from "./word-count/unusable-text-error.ts";

/** The event of the function is a `WordCountRequest`. */
export function createWordCount({ store, texts }: { store: CounterStore; texts: Texts }) {
  return async (event: unknown, context: DurableContext): Promise<WordCount> => {
    const request = parseWordCountRequest(event);
    const { text, counters, words, maxConcurrency, toleratedFailures, idempotencyKey, issuedAt } = request;
    const shared = { store, idempotencyKey, issuedAt };
    const completionConfig = { toleratedFailureCount: toleratedFailures };

    // Checkpoints carry ranges and counts, never text: a step stores up to 256 KB, and each byte is billed.
    const plan = async () => planChunks(await texts.read(text), request);
    const chunks = await context.step("plan", plan, { retryStrategy });
    const branches = await context.map(
      "chunks",
      chunks,
      async (branch, chunk) => {
        const count = async () => countWords(decodeText(await texts.read(text, chunk), text, chunk), words);
        const counts = await branch.step("count words", count, { retryStrategy });
        // A step per counter, not per word: a step costs as much as 12.8 writes, and an execution may have 3,000.
        for (const [name, amount] of Object.entries(counts)) {
          const counter = { ...shared, id: `${counters}/${name}`, name: encodeURI(name) };
          if (amount > 0) await durableCounter(branch, counter).increment(amount);
        }
        return counts;
      },
      { maxConcurrency, completionConfig, itemNamer: ({ start, end }) => `bytes ${start}-${end}` },
    );
    const failed = failedChunks(branches, chunks);
    if (failed.length > toleratedFailures) throw tooManyFailed(failed, toleratedFailures, idempotencyKey);

    // Branches cannot share a counter in the execution, so it counts after them: one batch, one step for all.
    const perChunk = branches.getResults().map((counts) => increment(counts.words));
    const total = durableCounter(context, { name: "total" });
    const value = perChunk.length > 0 ? (await total.batch(perChunk)).value : 0;
    const values = await context.step("read counters", () => readCounters(store, request));
    return { chunks: chunks.length, failed, words: value, counters: values };
  };
}

const folder = process.env["TEXT_FOLDER"] ?? fileURLToPath(new URL("word-count/texts", import.meta.url));
const texts = textFolder(folder);
const store = createDynamoDBCounterStore({ client, tableName });
export const handler = withDurableExecution(createWordCount({ store, texts }));
