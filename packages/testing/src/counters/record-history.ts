import { ApplyRequest, CounterId, isCounterError, type CounterStore } from "@durable-counter/core";
import type { CounterInput, CounterOperation, CounterOutput } from "./counter-operation.ts";
import { taskScopes } from "../interleavings/task.ts";

/** A store that remembers who asked what, when, and what came of it. */
export interface RecordingStore extends CounterStore {
  /** All calls so far, in the order they began, for `checkLinearizable`. */
  readonly history: readonly CounterOperation[];
  /** The same store and the same history, its calls recorded as those of `process`. */
  as(process: string | number): RecordingStore;
}

/**
 * Wraps a store so that its calls can be checked: every `apply` and `delete`, and every consistent `get`. One that is
 * not consistent may be stale, by contract, and a list is no moment's picture: they are passed on, and so is what
 * the store must refuse as invalid.
 *
 * A refusal, `limit-exceeded` or `idempotency-key-reused`, is an answer like any other. A call that was certainly not applied
 * has the outcome `"failed"`, one of which nobody knows, as after a lost reply, `"unknown"`. A batch that is tried
 * again with its idempotency key is recorded as often as it is tried: `counterModel` knows that an idempotency key counts once.
 *
 * Time is logical: a count of calls and answers.
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
      apply: (request) => {
        const call = () => store.apply(request);
        // A copy: what the caller does to its request afterwards is not what it asked.
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
      delete: (id) => {
        const call = () => store.delete(id);
        if (!CounterId.safeParse(id).success) return call();
        return record({ key: id, input: { type: "delete" } satisfies CounterInput }, processOf(), call);
      },
      list: () => store.list(),
    };
  };
  return recordAs();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What an error tells of its call. One that is not the store's own tells nothing. */
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
