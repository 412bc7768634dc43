import {
  applyBatch,
  type BatchResult,
  type Command,
  type CounterOptions,
  type CounterStore,
} from "@durable-counter/core";
import { operationToken } from "./operation-token.ts";

/** Where a counter's state lives: applies a batch, given the value this execution knows and the operation's place. */
export type Home = (
  commands: readonly Command[],
  known: number,
  operation: { readonly counter: string; readonly sequence: number },
) => Promise<BatchResult>;

/** The value is carried forward by checkpoint and replay; nothing outside the execution knows it. */
export function executionHome(label: string, { limits }: CounterOptions): Home {
  return async (commands, known) => applyBatch(known, commands, limits, label);
}

/**
 * The value is shared by every execution; the token makes a step that runs again count once.
 *
 * @param origin begins every token: the token of the request, or the execution's ARN
 * @param position of the context in its execution
 */
export function storeHome(
  store: CounterStore,
  id: string,
  { limits, initial }: CounterOptions,
  { origin, position }: { readonly origin: string; readonly position: string },
): Home {
  return async (commands, _known, { counter, sequence }) => {
    // What only reads needs no token: remembering it would cost a write.
    const reads = commands.every(({ type }) => type === "get");
    const token = reads ? undefined : operationToken(origin, position, counter, sequence);
    const { value, results } = await store.apply({ id, commands, limits, initial, token });
    return { value, results };
  };
}
