import { CounterError } from "./counter-error.ts";

/** The error of a store that knows a token from other commands. */
export function tokenReused(counterId: string, token: string): CounterError {
  return new CounterError(
    "token-reused",
    `Token ${JSON.stringify(token)} was used on counter ${JSON.stringify(counterId)} before, with other commands. Send the same commands again, or these with a token of their own.`,
    { details: { token } },
  );
}
