import { DurableOperationError, type ErrorObject } from "@aws/durable-execution-sdk-js";

/** Converts a thrown value to what a checkpoint stores of it, as the SDK does. */
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
