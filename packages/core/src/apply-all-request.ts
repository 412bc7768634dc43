import * as z from "zod/mini";
import { Commands, type Command } from "./command.ts";
import { CounterValue, Limits, OnLimit } from "./limits.ts";
import { CounterError } from "./counter-error.ts";
import { withRemedy } from "./parse.ts";
import {
  CallerId,
  callerIdNeedsKey,
  CounterId,
  IdempotencyKey,
  IssuedAt,
  issuedAtNeedsKey,
} from "./request.ts";
import { strictObject } from "./strict-object.ts";
import { CounterWindow } from "./window.ts";

const MAX_ENTRIES = 100;

const Entry = strictObject<ApplyAllEntry>(
  { id: CounterId, commands: Commands },
  { limits: Limits, onLimit: OnLimit, initial: CounterValue, window: CounterWindow },
);

/** The length is checked first, so that an array of millions is refused at once. zod's own arrays would make the bundle larger. */
const Entries = z
  .custom<readonly ApplyAllEntry[]>(
    (value) => Array.isArray(value) && value.length >= 1 && value.length <= MAX_ENTRIES,
    withRemedy(`pass an array of 1 to ${MAX_ENTRIES} entries`),
  )
  .check((payload) => {
    const names = new Set<string>();
    payload.value = Array.from(payload.value, (input, index) => {
      const { error, data } = Entry.safeParse(input);
      for (const { path, message } of error?.issues ?? [])
        payload.issues.push({ code: "custom", input, path: [index, ...path], message });
      if (data === undefined) return input; // a parse with issues has no result
      const name = counterName(data);
      if (names.has(name)) payload.issues.push(repeatedId(data.id, index));
      names.add(name);
      return data;
    });
  });

const REPEATED = withRemedy("pass each counter once, with all of its commands in one entry");

function repeatedId(input: string, index: number): z.core.$ZodRawIssue {
  return { code: "custom", input, path: [index, "id"], message: REPEATED.error({ input }) };
}

/** With another window, the same id is another counter. */
function counterName({ id, window }: Pick<ApplyAllEntry, "id" | "window">): string {
  return `${id}\n${window?.name ?? ""}`;
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
  const names = new Set<string>();
  return entries.map((entry, index) => {
    const own = { ...entry, window: entry.window ?? window };
    if (names.has(counterName(own)))
      throw new CounterError(
        "invalid-input",
        `request.entries[${index}].id is ${JSON.stringify(entry.id)}; pass each counter once, with all of its commands in one entry.`,
      );
    names.add(counterName(own));
    return own;
  });
}

/** Schema of {@link ApplyAllRequest}. */
export const ApplyAllRequest = strictObject<ApplyAllRequest>(
  { entries: Entries },
  { idempotencyKey: IdempotencyKey, issuedAt: IssuedAt, callerId: CallerId },
).check(issuedAtNeedsKey, callerIdNeedsKey);

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
