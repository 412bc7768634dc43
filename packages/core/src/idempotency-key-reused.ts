import { CounterError } from "./counter-error.ts";

/** The error of a store that knows an idempotency key from other commands. */
export function idempotencyKeyReused(counterId: string, idempotencyKey: string): CounterError {
  return new CounterError(
    "idempotency-key-reused",
    `IdempotencyKey ${JSON.stringify(idempotencyKey)} was used on counter ${JSON.stringify(counterId)} before, with other commands. Send the same commands again, or these with an idempotency key of their own.`,
    { details: { idempotencyKey } },
  );
}
