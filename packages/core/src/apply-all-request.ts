import { commandsParser } from "./batch.ts";
import type { Command } from "./command.ts";
import { counterValueParser, limitsParser, onLimitParser, type Limits } from "./limits.ts";
import { CounterError } from "./counter-error.ts";
import { arrayParser, inputIssue, strictObject, type Parser } from "./parser.ts";
import { counterIdParser, keyParsers, keyRules } from "./request-fields.ts";
import { counterWindowParser, type CounterWindow } from "./window.ts";
import { zodSchema } from "./zod-schema.ts";

const MAX_ENTRIES = 100;

const entryParser = /* @__PURE__ */ strictObject<ApplyAllEntry>(
  { id: counterIdParser, commands: commandsParser },
  {
    limits: limitsParser,
    onLimit: onLimitParser,
    initial: counterValueParser,
    window: counterWindowParser,
  },
);

// A plain text: bundlers would keep a template, and all that it is for.
const anyEntriesParser = /* @__PURE__ */ arrayParser(
  entryParser,
  [1, MAX_ENTRIES],
  "pass an array of 1 to 100 entries",
);

const ONCE = "pass each counter once, with all of its commands in one entry";

const entriesParser: Parser<readonly ApplyAllEntry[]> = (input, issues) => {
  const { length } = issues;
  const entries = anyEntriesParser(input, issues);
  if (issues.length > length) return entries;
  for (const { index, id } of repetitions(entries)) issues.push(inputIssue(id, ONCE, [index, "id"]));
  return entries;
};

/** The entries whose counter has an entry before them. With another window, the same id is another counter. */
function* repetitions(entries: readonly ApplyAllEntry[]) {
  const names = new Set<string>();
  for (const [index, { id, window }] of entries.entries()) {
    const name = `${id}\n${window?.name ?? ""}`;
    if (names.has(name)) yield { index, id };
    names.add(name);
  }
}

/**
 * Gives every entry that brings no window the store's. For authors of stores.
 *
 * @throws CounterError `invalid-input` if two entries are for one counter then
 */
export function withWindowOfStore(
  entries: readonly ApplyAllEntry[],
  window: CounterWindow | undefined,
): readonly ApplyAllEntry[] {
  if (window === undefined) return entries;
  const own = entries.map((entry) => ({ ...entry, window: entry.window ?? window }));
  const [repeated] = repetitions(own);
  if (repeated === undefined) return own;
  const { index, id } = repeated;
  throw new CounterError("invalid-input", `request.entries[${index}].id is ${JSON.stringify(id)}; ${ONCE}.`);
}

/** Parser of {@link ApplyAllRequest}. */
export const applyAllRequestParser = /* @__PURE__ */ strictObject<ApplyAllRequest>(
  { entries: entriesParser },
  keyParsers,
  keyRules,
);

/** zod schema of {@link ApplyAllRequest}. */
export const ApplyAllRequest = /* @__PURE__ */ zodSchema(applyAllRequestParser);

/** A batch of commands for one of the counters of an {@link ApplyAllRequest}. */
export interface ApplyAllEntry {
  /** The id of the counter: 1–256 printable characters. No two entries have the same id and window. */
  readonly id: string;
  /** 1–1,000 commands, applied in order. */
  readonly commands: readonly Command[];
  /** Replaces the store's limits for this entry. */
  readonly limits?: Limits | undefined;
  /** Replaces `onLimit` of the limits of this entry, be they its own or the store's. */
  readonly onLimit?: "reject" | "clamp" | undefined;
  /** Replaces the store's initial value for this entry: a safe integer. */
  readonly initial?: number | undefined;
  /**
   * Replaces the store's window for this entry. With different windows, several entries can have one id: a request then counts per
   * minute and per month, in both or in neither.
   */
  readonly window?: CounterWindow | undefined;
}

/** Batches for several counters of a `CounterStore`, which applies all of them or none. */
export interface ApplyAllRequest {
  /** 1–100 batches, each for another counter. */
  readonly entries: readonly ApplyAllEntry[];
  /**
   * Names the whole request: 1–256 printable characters. The store answers the same entries with the same key from its records
   * instead of applying them again. The order of the entries makes no difference. On each of its counters the key is used
   * up, for `apply` as well.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * When the key was sent for the first time, in milliseconds since 1970. Each entry counts in the window that has this time.
   * Requires `idempotencyKey`.
   */
  readonly issuedAt?: number | undefined;
  /** Who sends the request, as in `ApplyRequest`: a refusal is then final for this caller. Requires `idempotencyKey`. */
  readonly callerId?: string | undefined;
}
