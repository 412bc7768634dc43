import { CounterId, IdempotencyKey, IssuedAt, parseInput, withRemedy } from "@durable-counter/core";
import * as z from "zod/mini";
import { sameSpelling, wordsOf } from "./count-words.ts";

/** The event of the parallel word count. */
export interface WordCountRequest {
  /** The file name of a text. */
  readonly text: string;
  /** Begins the ids of the counters: `<counters>/words`, and `<counters>/word/<word>` for each of `words`. */
  readonly counters: string;
  /** Up to ten words that have counters of their own. */
  readonly words: readonly string[];
  /** The maximal bytes of a chunk, 256 to 1,048,576. */
  readonly chunkBytes: number;
  /** How many chunks are counted at a time, 1 to 100. */
  readonly maxConcurrency: number;
  /** How many chunks may fail before the execution does. */
  readonly toleratedFailures: number;
  /** Identifies the request. Sent again with it, the event counts what was not counted, and nothing twice. */
  readonly idempotencyKey: string | undefined;
  /** When the request was sent for the first time: milliseconds since 1970, as a number or as text of digits. */
  readonly issuedAt: number | undefined;
}

const text = (isRight: (text: string) => boolean, remedy: string) =>
  z.custom<string>((value) => CounterId.safeParse(value).success && isRight(value), withRemedy(remedy));
const within = (min: number, max: number, otherwise: number) =>
  z._default(
    z.custom<number>(
      (value) => Number.isInteger(value) && value >= min && value <= max,
      withRemedy(`pass a whole number from ${min} to ${max}`),
    ),
    otherwise,
  );

const FileName = text(
  (name) => /^[\w-]+\.txt$/u.test(name),
  'pass the name of a file without its folder, such as "genesis.txt"',
);
const Prefix = text((prefix) => prefix.length <= 200, "pass 1 to 200 printable characters");
const Word = text(
  (word) => word.length <= 20 && wordsOf(word)[0] === word,
  "pass a single word of up to 20 letters",
);
const Words = z.pipe(
  z.custom<unknown[]>(
    (words) => Array.isArray(words) && words.length <= 10,
    withRemedy("pass an array of up to ten words"),
  ),
  z.array(Word),
);

/** The defaults are chunks of 16 KB, eight at a time, and no tolerated failure. */
const Event = z
  .strictObject(
    {
      text: FileName,
      counters: Prefix,
      words: z._default(Words, []),
      chunkBytes: within(256, 1_048_576, 16_384),
      maxConcurrency: within(1, 100, 8),
      toleratedFailures: within(0, 1_000, 0),
      idempotencyKey: z.optional(IdempotencyKey),
      issuedAt: z.optional(IssuedAt),
    },
    withRemedy(
      'pass "text", "counters" and optionally "words", "chunkBytes", "maxConcurrency", "toleratedFailures", "idempotencyKey" and "issuedAt"',
    ),
  )
  .check(
    z.refine(
      ({ idempotencyKey, issuedAt }) => issuedAt === undefined || idempotencyKey !== undefined,
      withRemedy('pass "issuedAt" only with an "idempotencyKey"'),
    ),
  );

/** @throws CounterError `invalid-input`, naming path, value and remedy */
export function parseWordCountRequest(event: unknown): WordCountRequest {
  const { words, idempotencyKey, issuedAt, ...request } = parseInput(Event, event, "event");
  return { ...request, words: Array.from(new Set(words.map(sameSpelling))), idempotencyKey, issuedAt };
}
