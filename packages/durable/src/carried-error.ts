import { StepError } from "@aws/durable-execution-sdk-js";
import { isCounterError } from "@durable-counter/core";

/** Begins the name of a carried error, before its data. */
const NAME = "CounterError ";

/**
 * A counter error in the form that crosses checkpoints. Of a foreign error the SDK keeps name and sentence; of its
 * own also a string of data, through steps, child contexts, map, parallel, invoke and the result of the execution.
 * Another copy of the SDK, as the CommonJS one in a function that imports us, takes this one's for foreign: so the
 * name carries the data, too. Other errors pass as they are.
 */
export function carried(error: unknown): unknown {
  if (!isCounterError(error)) return error;
  const { code, message, retryable, details } = error;
  const data = JSON.stringify({ code, message, retryable, details });
  return Object.assign(new StepError(message, error, data), { name: NAME + data });
}

/** Gives an error of a step, in place, what it was carried with. */
export function revived(error: unknown): unknown {
  if (error instanceof Error && error.cause instanceof Error && error.cause.name.startsWith(NAME)) {
    // The field in which the SDK, whichever copy, carries data on.
    Object.assign(error, { errorData: error.cause.name.slice(NAME.length) });
  }
  isCounterError(error);
  return error;
}
