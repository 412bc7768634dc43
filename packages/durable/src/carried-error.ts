import { StepError } from "@aws/durable-execution-sdk-js";
import { isCounterError } from "@durable-counter/core";

/**
 * A counter error in the form that crosses checkpoints. Of a foreign error the SDK keeps name and sentence; of its
 * own also a string of data, through steps, child contexts, map, parallel, invoke and the result of the execution.
 * Other errors pass as they are.
 */
export function carried(error: unknown): unknown {
  if (!isCounterError(error)) return error;
  const { code, message, retryable, details } = error;
  return new StepError(message, error, JSON.stringify({ code, message, retryable, details }));
}
