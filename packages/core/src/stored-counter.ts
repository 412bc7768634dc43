import * as z from "zod/mini";
import { decrement, get, increment, type Command } from "./command.ts";
import type { Counter } from "./counter.ts";
import { CounterOptions, startsWithinLimits } from "./counter-options.ts";
import { instead, parse } from "./parse.ts";
import { Caller, CounterId, isTokensCaller, isTokensTime, IssuedAt, Token } from "./request.ts";
import type { CounterStore } from "./store.ts";

const Options = z
  .strictObject(
    {
      ...CounterOptions.shape,
      token: z.optional(Token),
      issuedAt: z.optional(IssuedAt),
      caller: z.optional(Caller),
    },
    instead('pass only "limits", "initial", "token", "issuedAt" and "caller"'),
  )
  .check(startsWithinLimits, isTokensTime, isTokensCaller);

export interface StoredCounterOptions extends CounterOptions {
  /**
   * Names the request that this counter is made for: the n-th call on the counter gets the token `<token>/<n>`, so that
   * the same request handled again, by the same calls, counts once.
   */
  readonly token?: string | undefined;
  /** When that token was sent for the first time, in milliseconds since 1970. */
  readonly issuedAt?: number | undefined;
  /**
   * What all attempts at the request have in common, as the message's id, where one may leave a call on its way when it
   * dies: what was refused once is then refused to all of them, and that call cannot count.
   */
  readonly caller?: string | undefined;
}

/**
 * A {@link Counter} whose value lives in a store: the stateless home. `get()` reads consistently.
 *
 * Without a `token`, an `outcome-unknown` must not be answered by the same call: that would be another request. A
 * store that can be asked puts the token to ask with into the error's `details`.
 *
 * @throws CounterError `invalid-command` for an id or options that cannot be
 */
export function storedCounter(store: CounterStore, id: string, options: StoredCounterOptions = {}): Counter {
  parse(CounterId, id, "id");
  const { limits, initial, token, issuedAt, caller } = parse(Options, options, "options");
  let calls = 0;

  const batch = async (commands: readonly Command[]) => {
    const call = calls++;
    const { value, results } = await store.apply({
      id,
      commands,
      limits,
      initial,
      ...(token !== undefined && { token: `${token}/${call}`, issuedAt, caller }),
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
