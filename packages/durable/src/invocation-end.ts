import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { CounterError } from "@durable-counter/core";

const MAX_INVOCATION_MS = 900_000;

/** Milliseconds of an invocation that are left for the checkpoint of a failed step. */
const CHECKPOINT_MS = 2_000;

/** A call of a store, made in a step. */
export interface StoreCall<T> {
  /** What errors call it, such as `this operation of counter "a"`. */
  readonly label: string;
  /** What errors call the store. */
  readonly store: string;
  /** Whether the store may be changed. */
  readonly isWrite: boolean;
  /** The key by which a retry finds out what became of the call. */
  readonly idempotencyKey?: string | undefined;
  /** Resolves when the call may start. By default it may at once. */
  readonly before?: Promise<unknown>;
  readonly start: (signal: AbortSignal) => Promise<T>;
}

/**
 * Makes a call before the invocation ends, or fails then, so that the step is retried. Otherwise the invocation would be cut
 * off in the middle of the step. A store that ignores the signal is not waited for.
 */
export async function beforeInvocationEnds<T>(
  { lambdaContext }: DurableContext,
  call: StoreCall<T>,
): Promise<T> {
  const remaining = lambdaContext?.getRemainingTimeInMillis() ?? MAX_INVOCATION_MS; // a fake may have no Lambda context
  const controller = new AbortController();
  const { signal } = controller;
  const ended = Promise.withResolvers<never>();
  let isSent = false;
  const end = () => {
    controller.abort();
    // A store that rejects because of the signal knows more.
    setImmediate(() => ended.reject(invocationEnds(call, isSent)));
  };
  const timer = setTimeout(end, Math.max(remaining - CHECKPOINT_MS, remaining / 2));
  // The call itself keeps a process running. After a simulated crash nothing else does, and the tests could end.
  timer.unref();
  const { before = Promise.resolve() } = call;
  const answered = before.then(() => {
    signal.throwIfAborted(); // the step has failed by now, and another attempt may be in progress
    isSent = true;
    return call.start(signal);
  });
  try {
    return await Promise.race([answered, ended.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function invocationEnds(
  { label, store, isWrite, idempotencyKey }: StoreCall<unknown>,
  isSent: boolean,
): CounterError {
  if (!isSent) return new CounterError("unavailable", `The invocation ends before ${label} could start.`);
  const message = `${store} did not answer before the end of the invocation.`;
  if (!isWrite) return new CounterError("unavailable", message);
  return new CounterError("outcome-unknown", message, {
    ...(idempotencyKey !== undefined && { details: { idempotencyKey } }),
  });
}
