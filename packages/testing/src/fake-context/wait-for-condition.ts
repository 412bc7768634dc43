import {
  DurableOperationError,
  defaultSerdes,
  type WaitForConditionCheckFunc,
  type WaitForConditionConfig,
} from "@aws/durable-execution-sdk-js";
import { errorObjectOf } from "../service/error-object.ts";
import { frames } from "./frame.ts";
import { deserialize, serialize } from "./payload.ts";
import { microtask, never, type Scope } from "./scope.ts";
import type { TraceEntry } from "./trace-entry.ts";
import { pauseOf } from "./wait.ts";

/** Runs waitForCondition: calls the check until the wait strategy accepts the state. */
export async function runCondition<T>(
  scope: Scope,
  entry: TraceEntry,
  check: WaitForConditionCheckFunc<T>,
  config: WaitForConditionConfig<T>,
): Promise<T> {
  const { execution } = scope;
  const { clock } = execution;
  const serdes = config.serdes ?? scope.serdes ?? defaultSerdes;
  const { initialState, waitStrategy } = config;
  let state = initialState;
  entry.attempts = 0;
  await microtask;
  for (let attempt = 1; ; attempt++) {
    try {
      const frame = { execution, id: entry.id, name: entry.name, attempt };
      clock.hold();
      let next: T;
      try {
        next = await frames.run(frame, check, state, { logger: scope.logger, attempt });
      } finally {
        clock.release();
      }
      if (execution.fault !== undefined) throw execution.fault;
      const text = await serialize(execution, entry, next, serdes);
      const revived = await deserialize<T>(execution, entry, text, serdes);
      if (scope.isClosed()) return never();
      entry.attempts = attempt;
      const decision = waitStrategy(revived, attempt);
      if (!decision.shouldContinue) {
        const checkpoint = scope.checkpoint();
        entry.succeedWith(text);
        await checkpoint;
        return revived;
      }
      entry.postpone();
      await clock.sleep(pauseOf(execution, entry, decision.delay));
      entry.status = "READY";
      if (scope.isClosed()) return never();
      entry.begin();
      // A check that returned nothing starts from the initial state again, because the SDK has no state to read.
      state = text ? await deserialize<T>(execution, entry, text, serdes) : initialState;
    } catch (thrown) {
      if (execution.fault !== undefined) throw execution.fault;
      if (scope.isClosed()) return never();
      entry.attempts = attempt;
      const errorObject = errorObjectOf(thrown);
      const checkpoint = scope.checkpoint();
      entry.fail(errorObject);
      await checkpoint;
      throw DurableOperationError.fromErrorObject(errorObject);
    }
  }
}
