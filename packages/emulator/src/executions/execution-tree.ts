import type { ExecutionHistoryJson } from "@durable-counter/testing";
import type { Execution } from "./execution.ts";
import type { Executions } from "./executions.ts";
import { invokedExecution } from "./invoked-execution.ts";

/** The history of an execution and of those that it has invoked, as `renderTimeline` takes it. */
export function historyTree(executions: Executions, { recorded }: Execution): ExecutionHistoryJson {
  const invoked: Record<string, ExecutionHistoryJson> = {};
  for (const [id, update] of recorded.invokes) {
    const callee = invokedExecution(executions, recorded.start, update);
    if (callee !== undefined) invoked[id] = historyTree(executions, callee);
  }
  const Events = JSON.parse(JSON.stringify(recorded.history.events)) as object[]; // the same, with times as text
  return { Events, invoked };
}
