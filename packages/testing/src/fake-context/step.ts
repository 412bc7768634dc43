import {
  defaultSerdes,
  DurableOperationError,
  retryPresets,
  StepSemantics,
  type StepConfig,
  type StepFunc,
} from "@aws/durable-execution-sdk-js";
import { errorObjectOf } from "../service/error-object.ts";
import { frames } from "./frame.ts";
import { deserialize, serialize, succeedThroughJson } from "./payload.ts";
import { microtask, never, type Scope } from "./scope.ts";
import type { TraceEntry } from "./trace-entry.ts";
import { pauseOf } from "./wait.ts";

/** Runs a step: its body runs until it succeeds or the retry strategy gives up. */
export async function runStep<T>(
  scope: Scope,
  entry: TraceEntry,
  body: StepFunc<T>,
  config: StepConfig<T> | undefined,
): Promise<T> {
  const { execution } = scope;
  const { clock } = execution;
  const isAtMostOnce = config?.semantics === StepSemantics.AtMostOncePerRetry;
  entry.attempts = 0;
  // As in the SDK, the call returns before the body starts.
  await microtask;
  for (let attempt = 1; ; attempt++) {
    if (isAtMostOnce) {
      if (scope.isClosed()) return never();
      await scope.checkpoint();
    }
    let result: T;
    clock.hold();
    try {
      const frame = { execution, id: entry.id, name: entry.name, attempt };
      result = await frames.run(frame, body, { logger: scope.logger, attempt });
    } catch (thrown) {
      clock.release();
      if (execution.fault !== undefined) throw execution.fault;
      if (scope.isClosed()) return never();
      entry.attempts = attempt;
      const error = thrown instanceof Error ? thrown : new Error("Unknown Error");
      const decision = config?.retryStrategy?.(error, attempt) ?? retryPresets.default(error, attempt);
      const errorObject = errorObjectOf(thrown);
      if (!decision.shouldRetry) {
        const checkpoint = scope.checkpoint();
        entry.fail(errorObject);
        await checkpoint;
        throw DurableOperationError.fromErrorObject(errorObject);
      }
      entry.postpone(errorObject);
      await clock.sleep(pauseOf(execution, entry, decision.delay ?? { seconds: 1 }));
      entry.status = "READY";
      if (scope.isClosed()) return never();
      entry.begin();
      continue;
    }
    clock.release();
    if (execution.fault !== undefined) throw execution.fault;
    if (scope.isClosed()) return never();
    entry.attempts = attempt;
    const serdes = config?.serdes ?? scope.serdes;
    if (serdes === undefined && scope.isAlone) return succeedThroughJson(execution, entry, result);
    const text = await serialize(execution, entry, result, serdes ?? defaultSerdes);
    if (scope.isClosed()) return never();
    const checkpoint = scope.checkpoint();
    entry.succeedWith(text);
    await checkpoint;
    return deserialize(execution, entry, text, serdes ?? defaultSerdes);
  }
}
