import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { isCounterError, type BatchResult, type Command, type CommandResult } from "@durable-counter/core";
import { carried } from "./carried-error.ts";
import { claimName } from "./counter-name.ts";
import type { Place } from "./place.ts";
import { retryStrategy } from "./retry-strategy.ts";

/** A counter's commands as durable steps, one after another in call order. */
export interface Operations {
  readonly single: (command: Command) => Promise<CommandResult>;
  readonly batch: (commands: readonly Command[]) => Promise<BatchResult>;
}

export function createOperations(context: DurableContext, place: Place): Operations {
  const { home } = place;
  const counter = claimName(context, place.name);
  let calls = 0;
  let last: Promise<number> = Promise.resolve(place.initial);

  const operate = <R>(
    kind: Command["type"] | "batch",
    commands: readonly Command[],
    toResult: (batch: BatchResult) => R,
    valueOf: (result: R) => number,
  ): Promise<R> => {
    const sequence = calls++;
    const before = last;
    // The step starts now, so that its position follows from the order of calls alone; its body waits its turn.
    const step = context.step(
      `${counter}/${sequence}/${kind}`,
      async () => {
        const known = await before;
        try {
          return toResult(await home(commands, known, { counter, sequence }));
        } catch (error) {
          throw carried(error);
        }
      },
      { retryStrategy },
    );
    const result = step.catch(revive);
    // A refused operation leaves the value as it was. This also handles a rejection nobody has come to await yet, as
    // the SDK does for its own promises: a replay must not crash on it.
    last = result.then(valueOf, () => before);
    return result;
  };

  return {
    single: (command) =>
      operate(
        command.type,
        [command],
        ({ results: [result] }) => result as CommandResult, // one command, one result
        ({ after }) => after,
      ),
    batch: (commands) =>
      operate(
        "batch",
        commands,
        (batch) => batch,
        ({ value }) => value,
      ),
  };
}

/** Gives a counter error its code back, in place: the SDK's own error object carries its data across every boundary. */
function revive(error: unknown): never {
  isCounterError(error);
  throw error;
}
