import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { checkSignal, type CallOptions } from "@durable-counter/core";
import { defaultName } from "./counter-config.ts";
import { beforeInvocationEnds, type StoreCall } from "./invocation-end.ts";
import { uniqueName } from "./operation-name.ts";
import { operationLimitError, operationQuota } from "./operation-quota.ts";
import { ignoreUnhandledRejection, operationStep } from "./operation-step.ts";
import { restoreCounterError } from "./restore-counter-error.ts";
import type { StoreEffect } from "./store-effect.ts";

/** A call of a store, within the step that makes it. */
interface StepCall<R> extends Pick<StoreCall<R>, "isWrite" | "idempotencyKey"> {
  readonly start: (options: CallOptions) => Promise<R>;
}

/**
 * Makes calls of a store, each as one durable step that starts when it is called.
 *
 * @param name the unique name of the store in its context
 * @returns a function that makes one call; `prepare` is given the position of the call before its step starts, and what it
 *   returns runs in the step
 */
export function createStoreCalls(context: DurableContext, name: string) {
  const takeOperation = operationQuota(context);
  const subjects = new Map<string, string>();
  let calls = 0;

  /** No counter and no other store of the context begins the names of its operations alike. */
  const subjectOf = ({ id, method = "list" }: StoreEffect): string => {
    const key = id === undefined ? `/${method}` : `id/${id}`;
    const known = subjects.get(key) ?? uniqueName(context, id === undefined ? method : defaultName(id));
    subjects.set(key, known);
    return known;
  };

  return <R>(
    effect: StoreEffect,
    options: CallOptions,
    prepare: (sequence: number) => () => Promise<StepCall<R>>,
  ): Promise<R> => {
    const { signal } = options;
    checkSignal(signal);
    const sequence = calls;
    const operation = `${subjectOf(effect)}/${sequence}${effect.text}`;
    if (!takeOperation(operation)) throw operationLimitError(`Store ${JSON.stringify(name)}`, calls);
    calls++;
    const callOf = prepare(sequence);
    const body = async () => {
      const { isWrite, idempotencyKey, start } = await callOf();
      return beforeInvocationEnds(context, {
        label: `operation ${JSON.stringify(operation)}`,
        store: `The store of operation ${JSON.stringify(operation)}`,
        isWrite,
        idempotencyKey,
        start: (ending) => start({ ...options, signal: signal ? AbortSignal.any([ending, signal]) : ending }),
      });
    };
    // A caller who has aborted does not wait for another attempt.
    const step = operationStep(context, operation, body, () => signal?.aborted !== true);
    const answer = step.then(undefined, (error: unknown) => {
      throw restoreCounterError(error);
    });
    return ignoreUnhandledRejection(answer);
  };
}
