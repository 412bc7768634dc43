import { DurableOperationError, type ErrorObject } from "@aws/durable-execution-sdk-js";

/** What of a thrown value survives a checkpoint, as the SDK decides it. */
export function errorObjectOf(thrown: unknown): ErrorObject {
  if (thrown instanceof DurableOperationError) return thrown.toErrorObject();
  if (thrown instanceof Error || isErrorLike(thrown)) {
    return { ErrorMessage: thrown.message, ErrorType: thrown.name };
  }
  return { ErrorMessage: "Unknown error" };
}

function isErrorLike(thrown: unknown): thrown is { message: string; name: string } {
  return typeof thrown === "object" && thrown !== null && "message" in thrown && "name" in thrown;
}
