import {
  ApplyAllRequest,
  applyBatch,
  ApplyRequest,
  CounterId,
  CounterIds,
  CounterOptions,
  parseInput,
  type ApplyAllResult,
  type BatchResult,
  type CounterStore,
  type Limits,
  type ApplyResult,
} from "@durable-counter/core";
import { applyAllInMemory } from "./memory-apply-all.ts";
import { newCounter, onlyReads, remember, rememberedResult, type StoredCounter } from "./memory-batch.ts";

/**
 * A {@link CounterStore} in memory, for tests. It fulfils `counterStoreContract`, and keeps every idempotency key until
 * its counter is deleted.
 *
 * @example
 * ```ts
 * const store = new MemoryCounterStore({ limits: { min: 0 } });
 * const { value } = await store.apply({ id: "cart-7", commands: [increment()], idempotencyKey: "order-1" });
 * ```
 */
export class MemoryCounterStore implements CounterStore {
  readonly #counters = new Map<string, StoredCounter>();
  readonly #limits: Limits | undefined;
  readonly #initial: number;

  /** @throws CounterError `invalid-input` for invalid options, or an initial value outside of the limits */
  constructor(options: CounterOptions = {}) {
    const { limits, initial } = parseInput(CounterOptions, options, "options");
    this.#limits = limits;
    this.#initial = initial ?? 0;
  }

  async apply(request: ApplyRequest): Promise<ApplyResult> {
    const {
      id,
      commands,
      idempotencyKey,
      callerId,
      limits = this.#limits,
      initial = this.#initial,
    } = parseInput(ApplyRequest, request, "request");

    const counter = this.#counters.get(id) ?? newCounter();
    const batch = { id, commands, idempotencyKey, callerId, limits, fingerprint: JSON.stringify(commands) };
    const remembered = rememberedResult(counter, batch);
    if (remembered !== undefined) return { ...remembered, replayed: true };

    const before = counter.value ?? initial;
    let result: BatchResult;
    try {
      result = applyBatch(before, commands, limits, id);
    } catch (refusal) {
      if (callerId !== undefined) {
        remember(counter, batch, before, "refused");
        this.#counters.set(id, counter);
      }
      throw refusal;
    }
    if (idempotencyKey !== undefined || !onlyReads(commands)) {
      counter.value = result.value;
      remember(counter, batch, before, "counted");
      this.#counters.set(id, counter);
    }
    return { ...result, replayed: false };
  }

  async applyAll(request: ApplyAllRequest): Promise<ApplyAllResult> {
    const parsed = parseInput(ApplyAllRequest, request, "request");
    return applyAllInMemory(this.#counters, parsed, { limits: this.#limits, initial: this.#initial });
  }

  /** Always consistent, because there is only one copy. */
  async get(id: string, _options?: { consistent?: boolean }): Promise<number> {
    parseInput(CounterId, id, "id");
    return this.#counters.get(id)?.value ?? this.#initial;
  }

  async getMany(ids: readonly string[], _options?: { consistent?: boolean }): Promise<Map<string, number>> {
    const valueOf = (id: string) => this.#counters.get(id)?.value ?? this.#initial;
    return new Map(parseInput(CounterIds, ids, "ids").map((id) => [id, valueOf(id)]));
  }

  async delete(id: string): Promise<void> {
    parseInput(CounterId, id, "id");
    this.#counters.delete(id);
  }

  /** Lists the counters as they are when the first one is read. Later writes do not change the list. */
  async *list(): AsyncGenerator<{ readonly id: string; readonly value: number }, void, undefined> {
    const entries = Array.from(this.#counters);
    yield* entries.flatMap(([id, { value }]) => (value === undefined ? [] : [{ id, value }]));
  }
}
