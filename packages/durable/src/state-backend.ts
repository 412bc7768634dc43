import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { applyBatch, type ApplyResult, type Command } from "@durable-counter/core";
import type { CounterConfig, StoreConfig } from "./counter-config.ts";
import { beforeInvocationEnds } from "./invocation-end.ts";
import { effectOfCommands } from "./operation-name.ts";
import { createOperationKeys, inWindowOf } from "./operation-keys.ts";

/** One operation of a counter. */
interface CounterOperation {
  /** The unique name of the counter in its context. */
  readonly counter: string;
  /** The position among the counter's operations, from 0. */
  readonly sequence: number;
  readonly commands: readonly Command[];
}

/**
 * Where the value lives. It is called when an operation is called, before the operation's step. The function that it returns
 * applies the commands inside the step, after the operation ahead has ended.
 *
 * @param before resolves when the operation ahead has ended, to the value that this execution knows
 */
export type StateBackend = (operation: CounterOperation) => (before: Promise<number>) => Promise<ApplyResult>;

/**
 * The state backend that a counter's options ask for.
 *
 * @throws CounterError `misconfigured` where exactly-once keys cannot be derived
 */
export function createStateBackend(context: DurableContext, config: CounterConfig): StateBackend {
  const { label, limits, shared } = config;
  if (shared !== undefined) return storeBackend(context, config, shared);
  // A checkpointed step does not run again, so checkpoint and replay carry the value forward.
  return ({ commands }) =>
    (before) =>
      before.then((known) => ({ ...applyBatch(known, commands, limits, label), replayed: false }));
}

/** The idempotency key makes a step that runs again count once. */
function storeBackend(
  context: DurableContext,
  { name, limits, initial }: CounterConfig,
  { store, id, idempotencyKey: requestKey, issuedAt, window }: StoreConfig,
): StateBackend {
  const keys = createOperationKeys(context, requestKey, name);

  return ({ counter, sequence, commands }) => {
    const effect = inWindowOf(`${id}/${effectOfCommands(commands)}`, window);
    const key = keys.keyOf({ name: counter, sequence, effect });
    // A read needs no key, which would cost a write; unless the request may come again, to be answered alike.
    const needsKey = requestKey !== undefined || commands.some(({ type }) => type !== "get");
    return async (before) => {
      const idempotencyKey = needsKey ? await key() : undefined;
      const callerId = needsKey ? keys.callerId : undefined;
      const request = { id, commands, limits, initial, idempotencyKey, issuedAt, callerId };
      return beforeInvocationEnds(context, {
        label: `this operation of counter ${JSON.stringify(id)}`,
        store: `The store of counter ${JSON.stringify(id)}`,
        isWrite: needsKey,
        idempotencyKey,
        before,
        start: (signal) => store.apply(window === undefined ? request : { ...request, window }, { signal }),
      });
    };
  };
}
