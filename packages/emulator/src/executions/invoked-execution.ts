import { hash } from "node:crypto";
import { executionArn, type OperationUpdate } from "@durable-counter/testing/service";
import { readReference } from "../functions/function-reference.ts";
import type { Execution } from "./execution.ts";
import type { Executions } from "./executions.ts";
import type { ExecutionStart } from "./journal.ts";

/** Characters of the caller's name that the name of an invoked execution begins with. */
const PREFIX_LENGTH = 31;

/**
 * The name of the execution that an operation of another one has started. The service generates a unique one. This one is
 * as unique, and follows from the caller and the operation, so that a restarted emulator finds the execution again: the ARN
 * tells callers of one name apart, and the hash tells names apart that begin alike.
 */
export function invokedExecutionName(caller: ExecutionStart, operationId: string): string {
  const digits = hash("sha256", `${caller.arn}/${operationId}`).slice(0, 32);
  return `${caller.executionName.slice(0, PREFIX_LENGTH)}-${digits}`;
}

/** The execution that an operation of another one has started. A plain function has none. */
export function invokedExecution(
  executions: Executions,
  caller: ExecutionStart,
  { Id = "", ChainedInvokeOptions }: OperationUpdate,
): Execution | undefined {
  const { name: functionName = "" } = readReference(ChainedInvokeOptions?.FunctionName ?? "") ?? {};
  return executions.known(executionArn({ functionName, executionName: invokedExecutionName(caller, Id) }));
}
