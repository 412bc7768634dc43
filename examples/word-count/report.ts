import type { BatchResult } from "@aws/durable-execution-sdk-js";
import type { CounterStore } from "@durable-counter/core";
import type { WordCountRequest } from "./request.ts";
import type { ByteRange } from "./split-text.ts";
import { counterNames } from "./count-words.ts";

const FAILURES_SHOWN = 3;

/** The result of a word count. */
export interface WordCount {
  readonly chunks: number;
  /** The chunks that are not counted, or not in every counter. */
  readonly failed: readonly FailedChunk[];
  /** The words in the other chunks. */
  readonly words: number;
  /** The values of the counters afterwards, by id, including what other executions counted. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface FailedChunk extends ByteRange {
  readonly chunk: number;
  readonly error: string;
}

/** The chunks that failed, from the first to the last. */
export function failedChunks(branches: BatchResult<unknown>, chunks: readonly ByteRange[]): FailedChunk[] {
  return branches.failed().map(({ index, error }) => ({
    chunk: index,
    start: chunks[index]?.start ?? 0,
    end: chunks[index]?.end ?? 0,
    error: error.message,
  }));
}

/**
 * The error of an execution in which more chunks failed than it tolerates. Chunks that were in progress at that moment may or may
 * not be counted. Their idempotency keys make it safe to send the event again.
 */
export function tooManyFailed(
  failed: readonly FailedChunk[],
  tolerated: number,
  idempotencyKey?: string,
): Error {
  const shown = failed.slice(0, FAILURES_SHOWN).map(({ chunk, error }) => `Chunk ${chunk}: ${error}`);
  const rest = failed.length - shown.length;
  const remedy =
    idempotencyKey === undefined
      ? "What was counted stays counted; an event with an idempotency key could be sent again, to count the rest."
      : `What was counted stays counted; send the event again, with its idempotency key ${JSON.stringify(idempotencyKey)}, to count the rest.`;
  return new Error(
    `Not all could be counted: ${failed.length} chunks failed, and ${tolerated} may fail. ${shown.join(" ")}${rest > 0 ? ` And ${rest} more.` : ""} ${remedy}`,
  );
}

/** The current values of the counters of a request, by id. */
export async function readCounters(
  store: CounterStore,
  { counters, words }: Pick<WordCountRequest, "counters" | "words">,
): Promise<Record<string, number>> {
  const ids = counterNames(words).map((name) => `${counters}/${name}`);
  const values = ids.map(async (id) => [id, await store.get(id, { consistent: true })] as const);
  return Object.fromEntries(await Promise.all(values));
}
