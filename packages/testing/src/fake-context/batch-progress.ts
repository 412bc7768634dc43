import {
  BatchItemStatus,
  CompletionOutcome,
  type BatchItem,
  type ChildContextError,
  type CompletionConfig,
  type CompletionReason,
  type CompletionStatus,
} from "@aws/durable-execution-sdk-js";

/** The progress of a map or parallel, and whether its completion configuration lets it continue. */
export class BatchProgress {
  readonly items: (BatchItem<unknown> | undefined)[];
  readonly #names: readonly (string | undefined)[];
  readonly #config: CompletionConfig | undefined;
  #succeeded = 0;
  #failed = 0;

  constructor(names: readonly (string | undefined)[], config: CompletionConfig | undefined) {
    this.#names = names;
    this.#config = config;
    this.items = names.map(() => undefined);
  }

  start(index: number): void {
    this.items[index] = { index, status: BatchItemStatus.STARTED };
  }

  succeed(index: number, result: unknown): void {
    this.items[index] = { result, index, status: BatchItemStatus.SUCCEEDED };
    this.#succeeded++;
  }

  fail(index: number, error: ChildContextError): void {
    this.items[index] = { error, index, status: BatchItemStatus.FAILED };
    this.#failed++;
  }

  /** Whether the batch starts and awaits no further item. */
  get isOver(): boolean {
    return this.#isComplete || !this.mayGoOn;
  }

  /** Whether the tolerated failures, or the predicate of the handler, allow another item. */
  get mayGoOn(): boolean {
    const { shouldComplete } = this.#config ?? {};
    if (shouldComplete !== undefined) return !shouldComplete(this.#status()).complete;
    return !this.#exceedsTolerance;
  }

  get reason(): CompletionReason {
    const { shouldComplete, minSuccessful } = this.#config ?? {};
    if (shouldComplete !== undefined) {
      const decision = shouldComplete(this.#status());
      if (!decision.complete) return "ALL_COMPLETED";
      return decision.outcome === CompletionOutcome.FAILED
        ? "CUSTOM_COMPLETION_FAILED"
        : "CUSTOM_COMPLETION_SUCCEEDED";
    }
    if (this.#exceedsTolerance) return "FAILURE_TOLERANCE_EXCEEDED";
    if (this.#completed === this.items.length) return "ALL_COMPLETED";
    return minSuccessful !== undefined && this.#succeeded >= minSuccessful
      ? "MIN_SUCCESSFUL_REACHED"
      : "ALL_COMPLETED";
  }

  get #completed(): number {
    return this.#succeeded + this.#failed;
  }

  get #isComplete(): boolean {
    if (this.#completed === this.items.length) return true;
    const { shouldComplete, minSuccessful } = this.#config ?? {};
    if (shouldComplete !== undefined) return shouldComplete(this.#status()).complete;
    return minSuccessful !== undefined && this.#succeeded >= minSuccessful;
  }

  get #exceedsTolerance(): boolean {
    const config = this.#config ?? {};
    // Without any criterion, the first failure ends the batch.
    if (Object.values(config).every((value) => value === undefined)) return this.#failed > 0;
    const { toleratedFailureCount = Infinity, toleratedFailurePercentage = Infinity } = config;
    return (
      this.#failed > toleratedFailureCount ||
      (this.#failed / this.items.length) * 100 > toleratedFailurePercentage
    );
  }

  #status(): CompletionStatus {
    return {
      successCount: this.#succeeded,
      failureCount: this.#failed,
      completedCount: this.#completed,
      totalCount: this.items.length,
      // The snapshot of the SDK has an entry for every item, with undefined for a missing name or status.
      items: this.#names.map((name, index) => ({
        index,
        name,
        status: this.items[index]?.status,
      })) as CompletionStatus["items"][number][],
    };
  }
}
