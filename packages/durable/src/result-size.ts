import { CounterError, type ApplyAllRequest } from "@durable-counter/core";

/** What a step may store: a quota of AWS Lambda that cannot be raised. */
const MAX_BYTES = 256 * 1_024;

/** With 100 entries, so many results of commands are never larger than a step may store. */
const MAX_COMMANDS = 3_000;

/**
 * Refuses a request whose results may be too large for a checkpoint. After it was applied, that would be too late.
 *
 * @throws CounterError `invalid-input`
 */
export function checkResultsFit({ entries }: ApplyAllRequest): void {
  const count = entries.reduce((sum, { commands }) => sum + commands.length, 0);
  if (count <= MAX_COMMANDS) return;
  throw new CounterError(
    "invalid-input",
    `request.entries have ${count} commands; pass at most ${MAX_COMMANDS} in all, because a durable step can store ${MAX_BYTES} bytes of results.`,
  );
}

/**
 * Returns a result that a checkpoint can hold. A larger one would fail the whole execution.
 *
 * @throws CounterError `misconfigured`
 */
export function checkResultSize<R>(result: R, method: string): R {
  if (Buffer.byteLength(JSON.stringify(result)) <= MAX_BYTES) return result;
  throw tooLarge(method, "Ask for fewer counters at once.");
}

/**
 * The counters of a list, as long as a checkpoint can hold them.
 *
 * @throws CounterError `misconfigured`
 */
export async function listWithinCheckpoint<Entry>(list: AsyncIterable<Entry>): Promise<Entry[]> {
  const entries: Entry[] = [];
  let bytes = 2;
  for await (const entry of list) {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (bytes > MAX_BYTES)
      throw tooLarge("list", `It has more than ${entries.length} counters: list them in another function.`);
    entries.push(entry);
  }
  return entries;
}

function tooLarge(method: string, remedy: string): CounterError {
  return new CounterError(
    "misconfigured",
    `The result of ${method} is larger than the ${MAX_BYTES} bytes that a durable step can store. ${remedy}`,
    { details: { maxBytes: MAX_BYTES } },
  );
}
