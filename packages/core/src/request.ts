import { commandsParser } from "./batch.ts";
import type { Command } from "./command.ts";
import { counterValueParser, limitsParser, type Limits } from "./limits.ts";
import { parser, rule, strictObject } from "./parser.ts";
import { counterWindowParser, type CounterWindow } from "./window.ts";
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
/** What nearly all ids and keys are, and is found out in a tenth of the time. */
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
 * execution. See {@link ApplyRequest.callerId}.
 */
export const callerIdParser = printableParser;

/** The rule of everything that has `callerId`: without an idempotency key, a store remembers no refusal. */
export const callerIdNeedsKey = rule<{ idempotencyKey?: string | undefined; callerId?: string | undefined }>(
  ({ idempotencyKey, callerId }) => callerId === undefined || idempotencyKey !== undefined,
  'pass "callerId" only with an "idempotencyKey"',
);

/** Parser of {@link CounterRequest}. */
export const counterRequestParser = /* @__PURE__ */ strictObject<CounterRequest>(
  { counterId: counterIdParser, commands: commandsParser },
  { idempotencyKey: idempotencyKeyParser, issuedAt: issuedAtParser },
  [issuedAtNeedsKey],
);

/** The event of the ready-made handlers. */
export interface CounterRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly counterId: string;
  /** 1–1,000 commands, applied in order. */
  readonly commands: readonly Command[];
  /**
   * Makes an event that is delivered twice count once: 1–256 printable characters. Use a business key such as an order number,
   * not the id of a message: a message that is redriven gets a new id.
   */
  readonly idempotencyKey?: string | undefined;
  /** When the event was sent for the first time, in milliseconds since 1970. */
  readonly issuedAt?: number | undefined;
}

/** Parser of {@link ApplyRequest}. */
export const applyRequestParser = strictObject<ApplyRequest>(
  { id: counterIdParser, commands: commandsParser },
  {
    idempotencyKey: idempotencyKeyParser,
    issuedAt: issuedAtParser,
    callerId: callerIdParser,
    limits: limitsParser,
    initial: counterValueParser,
    window: counterWindowParser,
  },
  [issuedAtNeedsKey, callerIdNeedsKey],
);

/** A batch of commands for a {@link CounterStore}. */
export interface ApplyRequest {
  /** The id of the counter: 1–256 printable characters. */
  readonly id: string;
  /** 1–1,000 commands, applied in order, all or nothing. */
  readonly commands: readonly Command[];
  /** The store answers the same request with the same key from its record instead of applying it again. */
  readonly idempotencyKey?: string | undefined;
  /** When the key was sent for the first time, in milliseconds since 1970. Requires `idempotencyKey`. */
  readonly issuedAt?: number | undefined;
  /**
   * Who sends the request: 1–256 printable characters, the same for all attempts. Pass it if an earlier attempt may still be
   * in flight, for example after a crash. A refusal (`limit-exceeded`) is then final for this caller: no attempt counts
   * after it, and the same key is refused again. It costs a write. Requires `idempotencyKey`.
   */
  readonly callerId?: string | undefined;
  /** Replaces the store's limits for this request. */
  readonly limits?: Limits | undefined;
  /** Replaces the store's initial value for this request: a safe integer. */
  readonly initial?: number | undefined;
  /**
   * Replaces the store's window for this request. It counts in the window that has its `issuedAt`; without one, in the window in
   * which it reached the store first. Counters with the same id and different windows are different counters.
   */
  readonly window?: CounterWindow | undefined;
}

/** zod schema of a counter's id: 1–256 printable characters. */
export const CounterId = /* @__PURE__ */ zodSchema(counterIdParser);

/** zod schema of an idempotency key: 1–256 printable characters. */
export const IdempotencyKey = /* @__PURE__ */ zodSchema(idempotencyKeyParser);

/** zod schema of the time at which a request was sent for the first time: milliseconds since 1970, as a number or as text. */
export const IssuedAt = /* @__PURE__ */ zodSchema(issuedAtParser);

/** zod schema of a caller's id: 1–256 printable characters. See {@link ApplyRequest.callerId}. */
export const CallerId = /* @__PURE__ */ zodSchema(callerIdParser);

/** zod schema of {@link CounterRequest}. */
export const CounterRequest = /* @__PURE__ */ zodSchema(counterRequestParser);

/** zod schema of {@link ApplyRequest}. */
export const ApplyRequest = /* @__PURE__ */ zodSchema(applyRequestParser);
