import type { WordCountRequest } from "./request.ts";
import { splitText, type ByteRange } from "./split-text.ts";
import { counterNames } from "./count-words.ts";
import { UnusableTextError } from "./unusable-text-error.ts";

/** The service allows 3,000 operations per execution, and this cannot be raised. */
const MAX_OPERATIONS = 3_000;
/** The plan, the map, the total, and the reading of the counters. */
const OWN_OPERATIONS = 4;

/**
 * Splits a text into the chunks of a word count.
 *
 * @throws UnusableTextError if counting them may take more operations than an execution may have, so that it fails before the
 *   first chunk and not in the middle
 */
export function planChunks(
  bytes: Uint8Array,
  { text, chunkBytes, words }: Pick<WordCountRequest, "text" | "chunkBytes" | "words">,
): ByteRange[] {
  const chunks = splitText(bytes, chunkBytes);
  // A chunk's context, its word count, and a step for each of its counters.
  const perChunk = 2 + counterNames(words).length;
  const operations = OWN_OPERATIONS + chunks.length * perChunk;
  if (operations > MAX_OPERATIONS) {
    const fewer = Math.floor((MAX_OPERATIONS - OWN_OPERATIONS) / perChunk);
    throw new UnusableTextError(
      `"${text}" in ${chunks.length} chunks of ${chunkBytes} bytes can take ${operations} durable operations, and an execution may have ${MAX_OPERATIONS}; pass a "chunkBytes" that makes at most ${fewer} chunks.`,
    );
  }
  return chunks;
}
