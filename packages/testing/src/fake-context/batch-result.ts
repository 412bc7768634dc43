import {
  BatchCompletionError,
  BatchItemStatus,
  DurableOperationError,
  type AnySerdes,
  type BatchItem,
  type BatchResult,
  type ChildContextError,
  type CompletionReason,
  type ErrorObject,
} from "@aws/durable-execution-sdk-js";

/** The result of map and parallel. It behaves as the class of the SDK, which is not exported. */
export class InMemoryBatchResult<T> implements BatchResult<T> {
  readonly all: BatchItem<T>[];
  readonly completionReason: CompletionReason;

  constructor(all: BatchItem<T>[], completionReason: CompletionReason) {
    this.all = all;
    this.completionReason = completionReason;
  }

  succeeded(): (BatchItem<T> & { result: T })[] {
    return this.all.filter(
      (item): item is BatchItem<T> & { result: T } =>
        item.status === BatchItemStatus.SUCCEEDED && item.result !== undefined,
    );
  }

  failed(): (BatchItem<T> & { error: ChildContextError })[] {
    return this.all.filter(
      (item): item is BatchItem<T> & { error: ChildContextError } =>
        item.status === BatchItemStatus.FAILED && item.error !== undefined,
    );
  }

  started(): (BatchItem<T> & { status: BatchItemStatus.STARTED })[] {
    return this.all.filter(
      (item): item is BatchItem<T> & { status: BatchItemStatus.STARTED } =>
        item.status === BatchItemStatus.STARTED,
    );
  }

  get status(): BatchItemStatus.SUCCEEDED | BatchItemStatus.FAILED {
    // The decision of `shouldComplete` takes precedence over the status of the items.
    if (this.completionReason === "CUSTOM_COMPLETION_FAILED") return BatchItemStatus.FAILED;
    if (this.completionReason === "CUSTOM_COMPLETION_SUCCEEDED") return BatchItemStatus.SUCCEEDED;
    return this.hasFailure ? BatchItemStatus.FAILED : BatchItemStatus.SUCCEEDED;
  }

  get hasFailure(): boolean {
    return this.failureCount > 0;
  }

  throwIfError(): void {
    const failure = this.all.find((item) => item.status === BatchItemStatus.FAILED)?.error;
    if (failure !== undefined) throw failure;
    if (this.status === BatchItemStatus.FAILED) throw new BatchCompletionError(this.completionReason);
  }

  getResults(): T[] {
    return this.succeeded().map((item) => item.result);
  }

  getErrors(): ChildContextError[] {
    return this.failed().map((item) => item.error);
  }

  get successCount(): number {
    return this.#count(BatchItemStatus.SUCCEEDED);
  }

  get failureCount(): number {
    return this.#count(BatchItemStatus.FAILED);
  }

  get startedCount(): number {
    return this.#count(BatchItemStatus.STARTED);
  }

  get totalCount(): number {
    return this.all.length;
  }

  #count(status: BatchItemStatus): number {
    return this.all.reduce((count, item) => (item.status === status ? count + 1 : count), 0);
  }
}

/** The error of a failed item as the SDK stores it: with its causes, unlike other errors. */
interface BatchErrorObject extends ErrorObject {
  Cause?: BatchErrorObject;
}

/** How the SDK writes and reads a batch result if the handler passes no serdes. */
export const batchSerdes: AnySerdes = {
  serialize: async (batch: BatchResult<unknown> | undefined) =>
    batch &&
    JSON.stringify({
      all: batch.all.map((item) => ({ ...item, error: item.error && writeError(item.error) })),
      completionReason: batch.completionReason,
    }),
  deserialize: async (data) => (data ? restoreBatch(JSON.parse(data)) : undefined),
};

/** Restores the methods and the errors of a batch result that a serdes has read. Returns any other value unchanged. */
export function restoreBatch<T>(revived: T): T {
  if (revived instanceof InMemoryBatchResult) return revived;
  if (typeof revived !== "object" || revived === null || !("all" in revived) || !Array.isArray(revived.all)) {
    return revived;
  }
  // The SDK trusts a serdes of batch results to keep their shape, and so does this.
  const { all, completionReason } = revived as unknown as {
    all: (BatchItem<unknown> & { error?: BatchErrorObject })[];
    completionReason: CompletionReason;
  };
  const items = all.map((item) => ({ ...item, ...(item.error && { error: readError(item.error) }) }));
  return new InMemoryBatchResult(items as BatchItem<unknown>[], completionReason) as T;
}

const DURABLE_ERROR_TYPES = new Set([
  "StepError",
  "CallbackError",
  "CallbackExternalError",
  "CallbackTimeoutError",
  "CallbackSubmitterError",
  "InvokeError",
  "ChildContextError",
  "PromiseCombinatorError",
  "WaitForConditionError",
]);

function writeError(error: Error): BatchErrorObject {
  const written: BatchErrorObject =
    error instanceof DurableOperationError
      ? error.toErrorObject()
      : { ErrorType: error.name, ErrorMessage: error.message };
  return error.cause instanceof Error ? { ...written, Cause: writeError(error.cause) } : written;
}

function readError(written: BatchErrorObject): Error {
  const error = DURABLE_ERROR_TYPES.has(written.ErrorType ?? "")
    ? DurableOperationError.fromErrorObject(written)
    : Object.assign(new Error(written.ErrorMessage), { name: written.ErrorType || "Error" });
  if (written.Cause !== undefined) error.cause = readError(written.Cause);
  return error;
}
