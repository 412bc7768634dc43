import { hash, randomUUID } from "node:crypto";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import {
  applyBatch,
  CounterError,
  type ApplyRequest,
  type ApplyResult,
  type Command,
  type CounterStore,
} from "@durable-counter/core";
import type { CounterConfig, StoreConfig } from "./counter-config.ts";
import { contextPath, operationKey } from "./operation-identity.ts";
import { operationQuota } from "./operation-quota.ts";

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
  { limits, initial }: CounterConfig,
  { store, id, idempotencyKey: requestKey, issuedAt }: StoreConfig,
): StateBackend {
  // The caller's id makes a refusal final, so that a call which a dead process left in flight cannot count later. It is a hash
  // because an ARN can be longer than a caller's id.
  const executionId = hash("sha256", context.executionContext.durableExecutionArn, "base64url");
  const keyPrefix = createKeyPrefix(context, requestKey);

  return ({ counter, sequence, commands }) => {
    const prefix = keyPrefix(counter);
    // A read needs no key, which would cost a write; unless the request may come again, to be answered alike.
    const needsKey = requestKey !== undefined || commands.some(({ type }) => type !== "get");
    return async (before) => {
      const idempotencyKey = needsKey ? operationKey(await prefix, counter, sequence) : undefined;
      const callerId = needsKey ? executionId : undefined;
      const request = { id, commands, limits, initial, idempotencyKey, issuedAt, callerId };
      return beforeInvocationEnds(context, request, before, store);
    };
  };
}

const MAX_INVOCATION_MS = 900_000;

/** Milliseconds of an invocation that are left for the checkpoint of a failed step. */
const CHECKPOINT_MS = 2_000;

/**
 * Applies a request before the invocation ends, or fails then, so that the step is retried. Otherwise the invocation would be cut
 * off in the middle of the step. A store that ignores the signal is not waited for.
 */
async function beforeInvocationEnds(
  { lambdaContext }: DurableContext,
  request: ApplyRequest,
  before: Promise<number>,
  store: CounterStore,
): Promise<ApplyResult> {
  const remaining = lambdaContext?.getRemainingTimeInMillis() ?? MAX_INVOCATION_MS; // a fake may have no Lambda context
  const controller = new AbortController();
  const { signal } = controller;
  const ended = Promise.withResolvers<never>();
  let isSent = false;
  const end = () => {
    controller.abort();
    // A store that rejects because of the signal knows more.
    setImmediate(() => ended.reject(invocationEnds(request, isSent)));
  };
  const timer = setTimeout(end, Math.max(remaining - CHECKPOINT_MS, remaining / 2));
  // The request itself keeps a process running. After a simulated crash nothing else does, and the tests could end.
  timer.unref();
  const applied = before.then(() => {
    signal.throwIfAborted(); // the step has failed by now, and another attempt may be in progress
    isSent = true;
    return store.apply(request, { signal });
  });
  try {
    return await Promise.race([applied, ended.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function invocationEnds({ id, idempotencyKey }: ApplyRequest, isSent: boolean): CounterError {
  const counter = `counter ${JSON.stringify(id)}`;
  if (!isSent) {
    const message = `The invocation ends before this operation of ${counter} could start.`;
    return new CounterError("unavailable", message);
  }
  const message = `The store of ${counter} did not answer before the end of the invocation.`;
  return idempotencyKey === undefined // it only reads
    ? new CounterError("unavailable", message)
    : new CounterError("outcome-unknown", message, { details: { idempotencyKey } });
}

/**
 * What begins the idempotency keys of a counter: the key of the request, or else the execution's ARN; and the path of the context.
 * Where the SDK does not have the path, a step stores a random prefix instead.
 */
function createKeyPrefix(context: DurableContext, requestKey: string | undefined) {
  const path = contextPath(context);
  if (path !== undefined) {
    const prefix = [requestKey ?? context.executionContext.durableExecutionArn, path];
    return () => prefix;
  }
  if (requestKey !== undefined) {
    throw new CounterError(
      "misconfigured",
      'This version of the durable SDK does not have the position of a context, which an "idempotencyKey" needs. Leave it out, or use a version within the peer range.',
    );
  }
  let stored: Promise<readonly string[]> | undefined;
  return (counter: string) => {
    if (stored === undefined) {
      const name = `${counter}/key-prefix`;
      operationQuota(context)(name);
      stored = context.step(name, async () => randomUUID()).then((prefix) => [prefix]);
      stored.catch(() => undefined); // it is awaited later, in the operation's own step
    }
    return stored;
  };
}
