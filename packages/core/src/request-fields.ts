import { parser, rule } from "./parser.ts";
import { zodSchema } from "./zod-schema.ts";

/** Emoji that come with a later version of Unicode are printable as well: another version of Node.js would take them. */
const CHARACTER = String.raw`(?:\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F}|\p{Extended_Pictographic}|[^\p{C}\p{Zl}\p{Zp}])`;
/**
 * 1–256 printable characters. Between two of them there may be a zero-width joiner or non-joiner, as in joined emoji and in
 * Persian; after a combining mark also at the end, as in Malayalam; and the flags of regions end with invisible tags. Nowhere
 * else may there be characters that cannot be seen.
 */
const PRINTABLE = new RegExp(
  `^(?=.{1,256}$)${CHARACTER}(?:[\\u200C\\u200D]?${CHARACTER})*(?:(?<=\\p{M})[\\u200C\\u200D])?$`,
  "u",
);
/** Of these characters nearly all ids and keys consist: a simpler check, before the exact one. */
const ASCII = /^[\x20-\x7e]{1,256}$/u;
const printableParser = parser<string>(
  (text) => typeof text === "string" && (ASCII.test(text) || PRINTABLE.test(text)),
  "pass 1 to 256 printable characters",
);

/** Parser of a counter's id: 1–256 printable characters. */
export const counterIdParser = printableParser;

/** Parser of an idempotency key, by which a store recognises a request that is sent again: 1–256 printable characters. */
export const idempotencyKeyParser = printableParser;

/**
 * Parser of the time at which a request was sent for the first time: milliseconds since 1970, as a number or as text of digits,
 * as in the `SentTimestamp` of SQS. A store uses it to refuse a request that is older than its retention period instead of
 * counting it again.
 */
export const issuedAtParser = parser<number>(
  (ms) => {
    const number = typeof ms === "string" && /^\d{1,16}$/u.test(ms) ? Number(ms) : ms;
    return Number.isSafeInteger(number) && Number(number) >= 0;
  },
  "pass whole milliseconds since 1970",
  Number,
);

/** The rule of everything that has `issuedAt`, which is the age of an idempotency key. */
export const issuedAtNeedsKey = rule<{ idempotencyKey?: string | undefined; issuedAt?: unknown }>(
  ({ idempotencyKey, issuedAt }) => issuedAt === undefined || idempotencyKey !== undefined,
  'pass "issuedAt" only with an "idempotencyKey"',
);

/**
 * Parser of a caller's id: 1–256 printable characters, the same for all attempts at a request, such as the ARN of an
 * execution. See `ApplyRequest.callerId`.
 */
export const callerIdParser = printableParser;

/** The rule of everything that has `callerId`: without an idempotency key, a store remembers no refusal. */
export const callerIdNeedsKey = rule<{ idempotencyKey?: string | undefined; callerId?: string | undefined }>(
  ({ idempotencyKey, callerId }) => callerId === undefined || idempotencyKey !== undefined,
  'pass "callerId" only with an "idempotencyKey"',
);

/** The parsers of what tells a request from others: all of it may be missing. */
export const keyParsers = {
  idempotencyKey: idempotencyKeyParser,
  issuedAt: issuedAtParser,
  callerId: callerIdParser,
};

/** The rules for {@link keyParsers}. */
export const keyRules = [issuedAtNeedsKey, callerIdNeedsKey];

/** zod schema of a counter's id: 1–256 printable characters. */
export const CounterId = /* @__PURE__ */ zodSchema(counterIdParser);

/** zod schema of an idempotency key: 1–256 printable characters. */
export const IdempotencyKey = /* @__PURE__ */ zodSchema(idempotencyKeyParser);

/** zod schema of the time at which a request was sent for the first time: milliseconds since 1970, as a number or as text. */
export const IssuedAt = /* @__PURE__ */ zodSchema(issuedAtParser);

/** zod schema of a caller's id: 1–256 printable characters. See `ApplyRequest.callerId`. */
export const CallerId = /* @__PURE__ */ zodSchema(callerIdParser);
