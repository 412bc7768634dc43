import { hash } from "node:crypto";

/** The names of an execution. */
export interface ExecutionIdentity {
  readonly functionName: string;
  readonly executionName: string;
}

/**
 * The ARN of an execution, as the service builds it. The same names give the same ARN, so that runs can be compared.
 */
export function executionArn({ functionName, executionName }: ExecutionIdentity): string {
  return `${functionArn(functionName)}/durable-execution/${executionName}/${uuid(functionName, executionName)}`;
}

/** Characters of the caller's name that the name of an invoked execution begins with. */
const PREFIX_LENGTH = 31;

/**
 * The name of the execution that an operation of another one starts. The service generates a unique one. This one is as
 * unique, and follows from the caller and the operation: the ARN tells callers of one name apart, and the hash tells names apart
 * that begin alike.
 */
export function invokedExecutionName(
  caller: { readonly arn: string; readonly executionName: string },
  operationId: string,
): string {
  const digits = hash("sha256", `${caller.arn}/${operationId}`).slice(0, 32);
  return `${caller.executionName.slice(0, PREFIX_LENGTH)}-${digits}`;
}

/** The ARN of the latest version of a function. */
export function functionArn(functionName: string): string {
  return `arn:aws:lambda:us-east-1:123456789012:function:${functionName}:$LATEST`;
}

/** The name in any reference that Lambda accepts: a name, a qualified name, or a full or partial ARN. */
export function functionNameOf(reference: string): string {
  const parts = reference.split(":");
  const marker = parts.indexOf("function");
  return (marker === -1 ? parts[0] : parts[marker + 1]) ?? reference;
}

/** A UUID that depends on the names only. */
function uuid(...names: readonly string[]): string {
  const digits = hash("md5", names.join("/"));
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`;
}
