import * as z from "zod/mini";
import { decrement, get, increment, type Command } from "./command.ts";
import type { Counter } from "./counter.ts";
import { CounterOptions, startsWithinLimits } from "./counter-options.ts";
import { withRemedy, parseInput } from "./parse.ts";
import {
  CallerId,
  CounterId,
  callerIdNeedsKey,
  issuedAtNeedsKey,
  IssuedAt,
  IdempotencyKey,
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

export interface StoredCounterOptions extends CounterOptions {
  /**
   * Names the request that this counter is made for: the n-th call on the counter gets the idempotency key `<idempotency key>/<n>`, so that
   * the same request handled again, by the same calls, counts once.
   */
  readonly idempotencyKey?: string | undefined;
  /** When that idempotency key was sent for the first time, in milliseconds since 1970. */
  readonly issuedAt?: number | undefined;
  /**
   * What all attempts at the request have in common, as the message's id, where one may leave a call on its way when it
   * dies: what was refused once is then refused to all of them, and that call cannot count.
   */
  readonly callerId?: string | undefined;
}

/**
 * A {@link Counter} whose value lives in a store: the stateless home. `get()` reads consistently.
 *
 * Without a `idempotencyKey`, an `outcome-unknown` must not be answered by the same call: that would be another request. A
 * store that can be asked puts the idempotency key to ask with into the error's `details`.
 *
 * @throws CounterError `invalid-input` for an id or options that cannot be
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
