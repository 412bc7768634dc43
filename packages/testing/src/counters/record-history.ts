import { ApplyRequest, CounterId, isCounterError, type CounterStore } from "@durable-counter/core";
import type { CounterInput, CounterOperation, CounterOutput } from "./counter-operation.ts";
import { taskScopes } from "../interleavings/task.ts";

/** A store that records its calls. */
export interface RecordingStore extends CounterStore {
  /** All calls so far, in start order, for `checkLinearizable`. */
  readonly history: readonly CounterOperation[];
  /** The same store with the same history. Its calls are recorded as those of `process`. */
  as(process: string | number): RecordingStore;
}

/**
 * Wraps a store, and records every `apply`, every `delete` and every consistent `get` for `checkLinearizable`. An
 * inconsistent `get`, a list and an invalid request are passed on without a record.
 *
 * A refusal (`limit-exceeded` or `idempotency-key-reused`) is an answer like any other. A call that was certainly not
 * applied has the outcome `"failed"`. A call whose result is unknown, for example after a lost reply, has the outcome
 * `"unknown"`. Every retry is recorded as a call of its own; `counterModel` knows that its idempotency key counts once.
 *
 * Times are logical: they count calls and answers.
 *
 * @example
 * ```ts
 * const store = recordHistory(new MemoryCounterStore());
 * await store.as("client 1").apply({ id: "cart-7", commands: [increment()] });
 * expect(checkLinearizable(store.history)).toMatchObject({ linearizable: true });
 * ```
 */
export function recordHistory(store: CounterStore): RecordingStore {
  const history: Mutable<CounterOperation>[] = [];
  let now = 0;

  const record = async <T extends CounterOutput | void>(
    operation: Pick<CounterOperation, "key" | "input">,
    process: string | number | undefined,
    call: () => Promise<T>,
  ): Promise<T> => {
    const recorded: Mutable<CounterOperation> = { ...operation, start: (now += 1), outcome: "unknown" };
    if (process !== undefined) recorded.process = process;
    history.push(recorded);
    try {
      const output = await call();
      Object.assign(recorded, { outcome: "ok", output: structuredClone(output) });
      return output;
    } catch (error) {
      Object.assign(recorded, seenOf(error));
      throw error;
    } finally {
      recorded.end = now += 1;
    }
  };

  const recordAs = (name?: string | number): RecordingStore => {
    const processOf = () => name ?? taskScopes.getStore()?.task.name;
    return {
      get history() {
        return history.map((operation) => ({ ...operation }));
      },
      as: recordAs,
      supportsWindows: store.supportsWindows,
      apply: (request, options) => {
        const call = () => store.apply(request, options);
        // A copy, because the caller may modify the request later.
        const parsed = ApplyRequest.safeParse(request);
        if (!parsed.success) return call();
        const { id: key, ...input } = parsed.data;
        return record({ key, input }, processOf(), call);
      },
      get: (id, options) => {
        const call = () => store.get(id, options);
        if (options?.consistent !== true || !CounterId.safeParse(id).success) return call();
        return record({ key: id, input: { type: "get" } satisfies CounterInput }, processOf(), call);
      },
      delete: (id, options) => {
        const call = () => store.delete(id, options);
        if (!CounterId.safeParse(id).success) return call();
        return record({ key: id, input: { type: "delete" } satisfies CounterInput }, processOf(), call);
      },
      list: (options) => store.list(options),
    };
  };
  return recordAs();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The outcome of a call that failed. After an error that does not come from the store, it is unknown. */
function seenOf(error: unknown): Pick<CounterOperation, "outcome" | "output"> {
  if (!isCounterError(error)) return { outcome: "unknown" };
  switch (error.code) {
    case "limit-exceeded":
    case "idempotency-key-reused":
      return { outcome: "ok", output: error.code };
    case "outcome-unknown":
      return { outcome: "unknown" };
    case "invalid-input":
    case "idempotency-key-expired":
    case "misconfigured":
    case "throttled":
    case "unavailable":
      return { outcome: "failed" };
  }
}
