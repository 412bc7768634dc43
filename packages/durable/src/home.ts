import { hash } from "node:crypto";
import {
  applyBatch,
  type Command,
  type CounterOptions,
  type CounterStore,
  type ApplyResult,
} from "@durable-counter/core";
import { operationKey } from "./operation-key.ts";

/** Where a counter's state lives: applies a batch, given the value this execution knows and the operation's place. */
export type Home = (
  commands: readonly Command[],
  known: number,
  operation: { readonly counter: string; readonly sequence: number },
) => ApplyResult | Promise<ApplyResult>;

/** The value is carried forward by checkpoint and replay; nothing outside the execution knows it. */
export function executionHome(label: string, { limits }: CounterOptions): Home {
  // What is checkpointed does not come here again.
  return (commands, known) => ({ ...applyBatch(known, commands, limits, label), replayed: false });
}

/**
 * The value is shared by every execution; the idempotency key makes a step that runs again count once.
 *
 * @param origin what begins every idempotency key: the idempotency key of the request, or else the execution's ARN; the position of the
 *   context in its execution; and when the request's idempotency key was first sent
 */
export function storeHome(
  store: CounterStore,
  id: string,
  { limits, initial }: CounterOptions,
  {
    arn,
    idempotencyKey: requestKey,
    issuedAt,
    position,
  }: {
    readonly arn: string;
    readonly idempotencyKey?: string | undefined;
    readonly issuedAt?: number | undefined;
    readonly position: string;
  },
): Home {
  const execution = hash("sha256", arn, "base64url"); // an ARN can be longer than a caller's name
  return (commands, _known, { counter, sequence }) => {
    // What only reads needs no idempotency key, which would cost a write; but a request that may come again, in another
    // execution, is to be answered with the first results.
    const reads = requestKey === undefined && commands.every(({ type }) => type === "get");
    const idempotencyKey = reads ? undefined : operationKey(requestKey ?? arn, position, counter, sequence);
    // A process that died may have left a call on its way, which must not count once the next was told a refusal.
    const callerId = idempotencyKey === undefined ? undefined : execution;
    return store.apply({ id, commands, limits, initial, idempotencyKey, issuedAt, callerId });
  };
}
