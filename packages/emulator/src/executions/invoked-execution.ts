import { executionArn, invokedExecutionName, type OperationUpdate } from "@durable-counter/testing/service";
import { readReference } from "../functions/function-reference.ts";
import type { Execution } from "./execution.ts";
import type { Executions } from "./executions.ts";
import type { ExecutionStart } from "./journal.ts";

/** The execution that an operation of another one has started. A plain function has none. */
export function invokedExecution(
  executions: Executions,
  caller: ExecutionStart,
  { Id = "", ChainedInvokeOptions }: OperationUpdate,
): Execution | undefined {
  const { name: functionName = "" } = readReference(ChainedInvokeOptions?.FunctionName ?? "") ?? {};
  return executions.known(executionArn({ functionName, executionName: invokedExecutionName(caller, Id) }));
}
