import {
  CallbackSubmitterError,
  ChildContextError,
  DurablePromise,
  type DurableLogger,
  type DurableOperationError,
  type Serdes,
  type StepConfig,
} from "@aws/durable-execution-sdk-js";
import { runChild } from "./child.ts";
import type { CallbackTimeouts, OpenCallback } from "./open-callback.ts";
import { deserialize, passThrough } from "./payload.ts";
import { never, type Scope } from "./scope.ts";
import { runStep } from "./step.ts";
import type { TraceEntry } from "./trace-entry.ts";

/** The SDK's configuration of a callback, which it does not export. */
export interface CallbackConfig<T> extends CallbackTimeouts {
  readonly serdes?: Omit<Serdes<T>, "serialize">;
}

/** The SDK's configuration of waitForCallback, which it does not export. */
export interface WaitForCallbackConfig<T> extends CallbackConfig<T> {
  readonly retryStrategy?: NonNullable<StepConfig<void>["retryStrategy"]>;
}

/** Sends the id of a callback to an external system. */
export type Submitter<TLogger extends DurableLogger = DurableLogger> = (
  callbackId: string,
  context: { logger: Pick<TLogger, "log" | "warn" | "info" | "error" | "debug"> },
) => Promise<void>;

/** Runs createCallback: opens a callback, and returns its promise and its id. */
export async function createCallback<T>(
  scope: Scope,
  entry: TraceEntry,
  config: CallbackConfig<T> | undefined,
): Promise<[DurablePromise<T>, string]> {
  if (scope.isClosed()) return never();
  const { callbacks } = scope.execution;
  const callback = callbacks.open(entry, entry.name, config ?? {});
  const deserializer = config?.serdes ?? scope.callbackDeserializer ?? passThrough;
  await scope.checkpoint();
  callbacks.submit(callback);
  return [
    new DurablePromise(async () => {
      const text = await outcomeOf(scope, callback);
      return deserialize<T>(scope.execution, entry, text, deserializer);
    }),
    callback.id,
  ];
}

/** Runs waitForCallback: a child context with a callback, a step that submits its id, and the wait for the answer. */
export async function waitForCallback<T>(
  scope: Scope,
  entry: TraceEntry,
  submitter: Submitter,
  config: WaitForCallbackConfig<T> | undefined,
): Promise<T> {
  const { execution, callbackDeserializer } = scope;
  const body = async (child: Scope): Promise<string | undefined> => {
    const callbackEntry = child.open("CALLBACK", "Callback", undefined);
    if (child.isClosed()) return never();
    const callback = execution.callbacks.open(callbackEntry, entry.name, config ?? {});
    await child.checkpoint();
    const retryStrategy = config?.retryStrategy;
    await runStep(
      child,
      child.open("STEP", "Step", undefined),
      async ({ logger }) => submitter(callback.id, { logger }),
      retryStrategy && { retryStrategy },
    );
    execution.callbacks.submit(callback);
    return outcomeOf(child, callback);
  };
  const text = await runChild(scope, entry, body, {
    errorMapper: explain,
    // With a deserializer of its own, the text stays as it came until that deserializer reads it.
    ...(callbackDeserializer !== undefined && { serdes: passThrough }),
  });
  return deserialize<T>(execution, entry, text, config?.serdes ?? callbackDeserializer ?? passThrough);
}

async function outcomeOf(scope: Scope, { outcome }: OpenCallback): Promise<string | undefined> {
  await outcome.catch(() => {});
  return scope.isClosed() ? never() : outcome;
}

function explain(error: DurableOperationError): DurableOperationError {
  switch (error.errorType) {
    case "CallbackTimeoutError":
    case "CallbackExternalError":
    case "CallbackError":
      return error;
    case "StepError":
      return new CallbackSubmitterError(error.message, error);
    default:
      return new ChildContextError(error.message, error);
  }
}
