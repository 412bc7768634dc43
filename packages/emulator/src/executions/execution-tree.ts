import { executionArn } from "@durable-counter/testing/service";
import type { ExecutionHistoryJson } from "@durable-counter/testing";
import { readReference } from "../functions/function-reference.ts";
import type { Execution } from "./execution.ts";
import type { Executions } from "./executions.ts";
import { invokedExecutionName } from "./invoked-execution-name.ts";

/** The history of an execution and of those that it has invoked, as `renderTimeline` takes it. */
export function historyTree(
  executions: Executions,
  { arn, recorded }: Execution,
  callers: ReadonlySet<string> = new Set(),
): ExecutionHistoryJson {
  const seen = new Set([...callers, arn]);
  const invoked: Record<string, ExecutionHistoryJson> = {};
  for (const { Id = "", ChainedInvokeOptions } of recorded.invokes) {
    const executionName = invokedExecutionName(recorded.start.executionName, Id);
    const { name: functionName = "" } = readReference(ChainedInvokeOptions?.FunctionName ?? "") ?? {};
    const callee = executions.known(executionArn({ functionName, executionName }));
    // A plain function has no execution. A function that invokes itself under one name has been drawn.
    if (callee !== undefined && !seen.has(callee.arn)) invoked[Id] = historyTree(executions, callee, seen);
  }
  const Events = JSON.parse(JSON.stringify(recorded.history.events)) as object[]; // the same, with times as text
  return { Events, invoked };
}
