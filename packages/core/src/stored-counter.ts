import type { BatchResult } from "./apply-commands.ts";
import { callSignalParser } from "./call-signal.ts";
import { commandsParser } from "./batch.ts";
import { decrement, get, increment, set, type Command } from "./command.ts";
import { isCounterError } from "./counter-error.ts";
import type { Counter } from "./counter.ts";
import { counterValueParser, limitsParser, startsWithinLimits, type CounterOptions } from "./limits.ts";
import { parseInput } from "./parse-input.ts";
import { isValid, strictObject } from "./parser.ts";
import {
  callerIdNeedsKey,
  callerIdParser,
  counterIdParser,
  idempotencyKeyParser,
  issuedAtNeedsKey,
  issuedAtParser,
} from "./request-fields.ts";
import type { ApplyResult, CounterStore } from "./store.ts";
import { checkWindowSupport, counterWindowParser, type CounterWindow } from "./window.ts";

const optionsParser = /* @__PURE__ */ strictObject<
  StoredCounterOptions & { readonly issuedAt?: number | undefined }
>(
  {},
  {
    limits: limitsParser,
    initial: counterValueParser,
    idempotencyKey: idempotencyKeyParser,
    issuedAt: issuedAtParser,
    callerId: callerIdParser,
    window: counterWindowParser,
    signal: callSignalParser,
  },
  [startsWithinLimits, issuedAtNeedsKey, callerIdNeedsKey],
);

/** Options of {@link storedCounter}. */
export interface StoredCounterOptions extends CounterOptions {
  /**
   * Identifies the request that this counter is created for: 1–256 printable characters, such as an order number. The n-th call
   * gets the key `<idempotency key>/<n>`, so that the same request, handled again by the same calls, counts once. A call that
   * failed, made again with the same commands, is the same call and keeps its key.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * When the request was sent for the first time: milliseconds since 1970, as a number or as text of digits. Requires
   * `idempotencyKey`.
   */
  readonly issuedAt?: number | string | undefined;
  /**
   * What all attempts at the request have in common, such as an order number: 1–256 printable characters. Pass it if an earlier
   * attempt may still be in flight, for example after a crash: a refusal is then final for all attempts. Requires
   * `idempotencyKey`.
   */
  readonly callerId?: string | undefined;
  /**
   * Ends the calls of this counter, as the store does it: `unavailable` if nothing was sent, else `outcome-unknown`. A counter
   * serves one request, so it has one signal, for example one that aborts before the process may be frozen.
   */
  readonly signal?: AbortSignal | undefined;
  /** Counts in windows, such as `calendarWindow({ per: "day" })`, instead of the store's. The store must support them. */
  readonly window?: CounterWindow | undefined;
}

/**
 * A {@link Counter} whose value lives in a store, without durable execution. `get()` reads consistently.
 *
 * With an `idempotencyKey`, a call that failed can simply be repeated on the same counter, in any retry helper. To repeat several
 * calls as a unit, create the counter inside the function that is repeated, so that its calls are numbered from 0 again. Make the
 * calls of a request in the same order each time; for calls whose order varies, create a counter with its own key for each.
 *
 * Without an `idempotencyKey`, do not repeat a call after `outcome-unknown`: that would be another request. The `details` of the
 * error have the key to retry with.
 *
 * @param id 1–256 printable characters
 * @throws CounterError `invalid-input` for an invalid id or option
 * @example
 * ```ts
 * const stock = storedCounter(store, "stock-42", { limits: { min: 0 }, idempotencyKey: "order-4711" });
 * const left = await stock.decrement(2);
 * ```
 */
export function storedCounter(store: CounterStore, id: string, options: StoredCounterOptions = {}): Counter {
  parseInput(counterIdParser, id, "id");
  const parsed = parseInput(optionsParser, options, "options");
  const { limits, initial, idempotencyKey, issuedAt, callerId, window, signal } = parsed;
  checkWindowSupport(window, store);
  const numbers = createCallNumbers();
  const callOptions = signal && { signal };

  const batch = async (commands: readonly Command[]) => {
    const request = { id, commands, limits, initial, ...(window && { window }) };
    if (idempotencyKey === undefined) return withoutReplayed(await store.apply(request, callOptions));
    const call = numbers.take(commands);
    try {
      const key = await callKey(idempotencyKey, call.number);
      const keyed = { ...request, idempotencyKey: key, issuedAt: issuedAt ?? call.issuedAt, callerId };
      return withoutReplayed(await store.apply(keyed, callOptions));
    } catch (error) {
      numbers.giveBack(commands, { ...call, issuedAt: call.issuedAt ?? issuedAtOf(error) });
      throw error;
    }
  };
  const single = async (command: Command) => (await batch([command])).value;

  return {
    increment: async (amount) => single(increment(amount)),
    decrement: async (amount) => single(decrement(amount)),
    get: async () => single(get()),
    set: async (value) => single(set(value)),
    batch: async (commands) => batch(parseInput(commandsParser, commands, "commands")),
  };
}

function withoutReplayed({ replayed: _replayed, ...result }: ApplyResult): BatchResult {
  return result;
}

interface Call {
  readonly number: number;
  /** When it was made first, if it failed and the store told: made again, it counts in the same window. */
  readonly issuedAt: number | undefined;
}

/** Numbers the calls of a request. A number that is given back goes to the next call with the same commands. */
function createCallNumbers() {
  const failed = new Map<string, Call[]>();
  let next = 0;
  return {
    take: (commands: readonly Command[]): Call =>
      failed.get(JSON.stringify(commands))?.shift() ?? { number: next++, issuedAt: undefined },
    giveBack: (commands: readonly Command[], call: Call) => {
      const key = JSON.stringify(commands);
      failed.set(
        key,
        [...(failed.get(key) ?? []), call].toSorted((a, b) => a.number - b.number),
      );
    },
  };
}

function issuedAtOf(error: unknown): number | undefined {
  const { issuedAt } = isCounterError(error) ? error.details : {};
  return typeof issuedAt === "number" ? issuedAt : undefined;
}

/** The key of one call of a request. If it would be too long, a hash replaces the request's key. */
async function callKey(requestKey: string, call: number): Promise<string> {
  const key = `${requestKey}/${call}`;
  if (isValid(idempotencyKeyParser, key)) return key;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(requestKey));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `sha-256:${hex}/${call}`;
}
