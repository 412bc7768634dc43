import {
  ChildContextError,
  defaultSerdes,
  DurableOperationError,
  type ChildConfig,
} from "@aws/durable-execution-sdk-js";
import { errorObjectOf } from "../service/error-object.ts";
import { frames } from "./frame.ts";
import { deserialize, serialize, succeedThroughJson } from "./payload.ts";
import { microtask, type Scope } from "./scope.ts";
import type { TraceEntry } from "./trace-entry.ts";

/** Runs runInChildContext: a body with a context of its own. A virtual context is not recorded. */
export async function runChild<T>(
  scope: Scope,
  entry: TraceEntry,
  body: (child: Scope) => Promise<T>,
  config: ChildConfig<T> | undefined,
): Promise<T> {
  const { execution } = scope;
  const serdes = config?.serdes ?? scope.serdes;
  const isVirtual = config?.virtualContext === true;
  const child = scope.child(entry.id);
  await microtask;
  let result: T;
  try {
    const frame = { execution, id: entry.id, name: entry.name, attempt: undefined };
    result = await frames.run(frame, body, child);
  } catch (thrown) {
    if (execution.fault !== undefined) throw execution.fault;
    const errorObject = errorObjectOf(thrown);
    const error = DurableOperationError.fromErrorObject(errorObject);
    if (!isVirtual) child.close();
    if (!scope.isClosed()) entry.fail(errorObject);
    throw config?.errorMapper === undefined
      ? new ChildContextError(error.message, error)
      : config.errorMapper(error);
  }
  if (execution.fault !== undefined) throw execution.fault;
  if (!isVirtual) child.close();
  if (serdes === undefined && scope.isAlone && !scope.isClosed()) {
    return succeedThroughJson(execution, entry, result);
  }
  const text = await serialize(execution, entry, result, serdes ?? defaultSerdes);
  // If the parent context has ended, the result is returned but not recorded.
  if (!scope.isClosed()) entry.succeedWith(text);
  await microtask;
  return deserialize(execution, entry, text, serdes ?? defaultSerdes);
}
