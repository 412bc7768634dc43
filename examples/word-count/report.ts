import type { BatchResult } from "@aws/durable-execution-sdk-js";
import type { CounterStore } from "@durable-counter/core";
import type { WordCountRequest } from "./request.ts";
import type { ByteRange } from "./split-text.ts";
import { counterNames } from "./tally-words.ts";

const FAILURES_SHOWN = 3;

/** What a word count ends in. */
export interface WordCount {
  readonly chunks: number;
  /** The chunks that are not counted, or not in every counter. */
  readonly failed: readonly FailedChunk[];
  /** The words in the other chunks. */
  readonly words: number;
  /** What the counters held afterwards, by id, whoever counted it. */
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
 * Ends an execution in which more chunks failed than it tolerates. Chunks that were being counted when that became
 * clear may or may not have come to an end; their keys know.
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
    `Not all could be counted: ${failed.length} chunks failed, and ${tolerated} may. ${shown.join(" ")}${rest > 0 ? ` And ${rest} more.` : ""} ${remedy}`,
  );
}

/** What the counters of a request hold now, by id. */
export async function readCounters(
  store: CounterStore,
  { counters, words }: Pick<WordCountRequest, "counters" | "words">,
): Promise<Record<string, number>> {
  const ids = counterNames(words).map((name) => `${counters}/${name}`);
  const values = ids.map(async (id) => [id, await store.get(id, { consistent: true })] as const);
  return Object.fromEntries(await Promise.all(values));
}
