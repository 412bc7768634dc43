import * as z from "zod/mini";
import { decrement, get, increment, type Command } from "./command.ts";
import type { Counter } from "./counter.ts";
import { CounterOptions, startsWithinLimits } from "./limits.ts";
import { parseInput, withRemedy } from "./parse.ts";
import {
  CallerId,
  callerIdNeedsKey,
  CounterId,
  IdempotencyKey,
  IssuedAt,
  issuedAtNeedsKey,
} from "./request.ts";
import type { CounterStore } from "./store.ts";

const Options = z
  .strictObject(
    {
      ...CounterOptions.shape,
      idempotencyKey: z.optional(IdempotencyKey),
      issuedAt: z.optional(IssuedAt),
      callerId: z.optional(CallerId),
    },
    withRemedy('pass only "limits", "initial", "idempotencyKey", "issuedAt" and "callerId"'),
  )
  .check(startsWithinLimits, issuedAtNeedsKey, callerIdNeedsKey);

/** Options of {@link storedCounter}. */
export interface StoredCounterOptions extends CounterOptions {
  /**
   * Names the request that this counter is made for: 1–256 printable characters. The n-th call on the counter gets the key
   * `<idempotency key>/<n>`. So the same request, handled again by the same calls, counts once.
   */
  readonly idempotencyKey?: string | undefined;
  /** When the request was sent for the first time, in milliseconds since 1970. Requires `idempotencyKey`. */
  readonly issuedAt?: number | undefined;
  /**
   * What all attempts at the request have in common, such as a message's id: 1–256 printable characters. Pass it if an earlier
   * attempt may still be in flight, for example after a crash: a refusal is then final for all attempts. Requires
   * `idempotencyKey`.
   */
  readonly callerId?: string | undefined;
}

/**
 * A {@link Counter} whose value lives in a store, without durable execution. `get()` reads consistently.
 *
 * Without an `idempotencyKey`, do not call again after `outcome-unknown`: that would be another request. The `details` of the
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
  parseInput(CounterId, id, "id");
  const { limits, initial, idempotencyKey, issuedAt, callerId } = parseInput(Options, options, "options");
  let calls = 0;

  const batch = async (commands: readonly Command[]) => {
    const call = calls++;
    const { value, results } = await store.apply({
      id,
      commands,
      limits,
      initial,
      ...(idempotencyKey !== undefined && {
        idempotencyKey: `${idempotencyKey}/${call}`,
        issuedAt,
        callerId,
      }),
    });
    return { value, results };
  };
  const single = async (command: Command) => (await batch([command])).value;

  return {
    increment: async (amount) => single(increment(amount)),
    decrement: async (amount) => single(decrement(amount)),
    get: async () => single(get()),
    batch,
  };
}
