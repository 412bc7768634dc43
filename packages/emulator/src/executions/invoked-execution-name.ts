/** The name of the execution that an operation of another one has started: a replay finds it again. */
export function invokedExecutionName(callerName: string, operationId: string): string {
  return `${callerName.slice(0, 40)}-${operationId}`;
}
