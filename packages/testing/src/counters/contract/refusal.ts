import { isCounterError } from "@durable-counter/core";

/** How an attempt failed: the code and the sentence of its `CounterError`. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * What an attempt was refused with. One that succeeded, or failed with another kind of error, answers with words
 * that equal no code, so that a failing law shows them.
 */
export async function refusal(attempt: Promise<unknown>): Promise<Refusal> {
  try {
    return { code: "none, it succeeded", message: JSON.stringify(await attempt) ?? "undefined" };
  } catch (error) {
    if (isCounterError(error)) return { code: error.code, message: error.message };
    return { code: "none, it is no CounterError", message: String(error) };
  }
}

/** The code of {@link refusal}. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return (await refusal(attempt)).code;
}
