import type { CounterErrorDetails } from "@durable-counter/core";
import type { Call, RefereeRules } from "./exactly-once.call.fixture.ts";
import { GENERATED_KEY_SECONDS } from "./idempotency-key.ts";

/** Judges what an unknown outcome tells of a retry: the key, its time, and a deadline that never moves. */
export class RetryInstructions {
  readonly #retentionSeconds: number;
  readonly #deadlines = new Map<string, number>();

  constructor({ retentionSeconds }: Pick<RefereeRules, "retentionSeconds">) {
    this.#retentionSeconds = retentionSeconds;
  }

  /** A store forgets a key that was answered: a later call without its time counts from its own. */
  forget({ process, request }: Call): void {
    this.#deadlines.delete(`${process} ${request.idempotencyKey}`);
  }

  problemsOf({ process, request, begunAt }: Call, details: CounterErrorDetails): readonly string[] {
    const { idempotencyKey, issuedAt } = request;
    const { issuedAt: since, retryUntil: until, idempotencyKey: key } = details as Record<string, unknown>;
    if (typeof since !== "number" || typeof until !== "number" || typeof key !== "string")
      return [`is not told how to retry: ${JSON.stringify(details)}`];
    const problems: string[] = [];
    if (idempotencyKey !== undefined && key !== idempotencyKey)
      problems.push(`is told to retry with another key, ${key}`);
    if (since > (issuedAt ?? begunAt))
      problems.push(`is told that it was issued at ${since}, which is too late`);
    const seconds = key.startsWith("auto-") ? GENERATED_KEY_SECONDS : this.#retentionSeconds;
    if (until !== since + seconds * 1_000) problems.push(`is told a wrong deadline, ${until}`);
    const ofStore = `${process} ${key}`;
    const first = this.#deadlines.get(ofStore) ?? until;
    this.#deadlines.set(ofStore, first);
    if (until > first) problems.push(`is told a later deadline, ${until} after ${first}`);
    return problems;
  }
}
