import { decrement, get, increment, type Command } from "./command.ts";
import type { Counter } from "./counter.ts";
import { CounterOptions } from "./counter-options.ts";
import { parse } from "./parse.ts";
import { CounterId } from "./request.ts";
import type { CounterStore } from "./store.ts";

/**
 * A {@link Counter} whose value lives in a store: the stateless home. `get()` reads consistently.
 *
 * @throws CounterError `invalid-command` for an id, limits or an initial value that cannot be
 */
export function storedCounter(store: CounterStore, id: string, options: CounterOptions = {}): Counter {
  parse(CounterId, id, "id");
  const { limits, initial } = parse(CounterOptions, options, "options");

  const batch = async (commands: readonly Command[]) => {
    const { value, results } = await store.apply({ id, commands, limits, initial });
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
