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
 * @param origin what begins every token: the token of the request, or else the execution's ARN; and the position of
 *   the context in its execution
 */
export function storeHome(
  store: CounterStore,
  id: string,
  { limits, initial }: CounterOptions,
  {
    arn,
    token: requestToken,
    position,
  }: { readonly arn: string; readonly token?: string | undefined; readonly position: string },
): Home {
  return async (commands, _known, { counter, sequence }) => {
    // What only reads needs no token, which would cost a write; but a request that may come again, in another
    // execution, is to be answered with the first results.
    const reads = requestToken === undefined && commands.every(({ type }) => type === "get");
    const token = reads ? undefined : operationToken(requestToken ?? arn, position, counter, sequence);
    const { value, results } = await store.apply({ id, commands, limits, initial, token });
    return { value, results };
  };
}
