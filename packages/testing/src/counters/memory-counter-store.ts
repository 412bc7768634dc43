import {
  ApplyAllRequest,
  applyBatch,
  ApplyRequest,
  CommitRequest,
  CounterError,
  CounterId,
  CounterIds,
  CounterOptions,
  decrement,
  HoldRequest,
  parseInput,
  type ApplyAllResult,
  ReleaseRequest,
  type BatchResult,
  type CounterStore,
  type HoldEndResult,
  type HoldResult,
  type Limits,
  type ApplyResult,
} from "@durable-counter/core";
import { applyAllInMemory } from "./memory-apply-all.ts";
import { newCounter, onlyReads, remember, rememberedResult, type StoredCounter } from "./memory-batch.ts";
import { formatValue } from "../format-value.ts";
import { endHoldInMemory, expireHolds, sumOfHolds } from "./memory-holds.ts";

/** Options of {@link MemoryCounterStore}. */
export interface MemoryCounterStoreOptions extends CounterOptions {
  /** The time in milliseconds since 1970, by which holds expire. By default the system's clock. */
  readonly now?: (() => number) | undefined;
}

/**
 * A {@link CounterStore} in memory, for tests. It fulfils `counterStoreContract`, and keeps every idempotency key and
 * every hold until its counter is deleted.
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
  readonly #now: () => number;

  /** @throws CounterError `invalid-input` for invalid options, or an initial value outside of the limits */
  constructor(options: MemoryCounterStoreOptions = {}) {
    const now = options?.now ?? Date.now; // null is refused below
    if (typeof now !== "function")
      throw new CounterError("invalid-input", `options.now is ${formatValue(now)}; pass a function.`);
    const { limits, initial } = parseInput(CounterOptions, withoutNow(options), "options");
    this.#limits = limits;
    this.#initial = initial ?? 0;
    this.#now = now;
  }

  async apply(request: ApplyRequest): Promise<ApplyResult> {
    const parsed = parseInput(ApplyRequest, request, "request");
    return this.#apply(parsed, JSON.stringify(parsed.commands));
  }

  async hold(request: HoldRequest): Promise<HoldResult> {
    const { amount, expiresIn, limits = this.#limits, ...rest } = parseInput(HoldRequest, request, "request");
    const { idempotencyKey: holdId = crypto.randomUUID() } = rest;
    const { value, replayed } = this.#apply(
      {
        ...rest,
        idempotencyKey: holdId,
        commands: [decrement(amount)],
        limits: { ...limits, onLimit: "reject" },
      },
      JSON.stringify({ amount, expiresIn }),
    );
    const holds = this.#counters.get(rest.id)?.holds;
    const expiresAt = holds?.get(holdId)?.expiresAt ?? this.#now() + expiresIn * 1_000;
    if (!replayed) holds?.set(holdId, { amount, expiresAt });
    return { holdId, value, expiresAt, replayed };
  }

  async commit(request: CommitRequest): Promise<HoldEndResult> {
    const parsed = parseInput(CommitRequest, request, "request");
    return endHoldInMemory(this.#counter(parsed.id), { type: "commit", ...parsed }, this.#now());
  }

  async release(request: ReleaseRequest): Promise<HoldEndResult> {
    const parsed = parseInput(ReleaseRequest, request, "request");
    return endHoldInMemory(this.#counter(parsed.id), { type: "release", ...parsed }, this.#now());
  }

  async held(id: string): Promise<number> {
    const counter = this.#counter(parseInput(CounterId, id, "id"));
    return counter === undefined ? 0 : sumOfHolds(counter, this.#now());
  }

  /** @param fingerprint what tells the request from others with its key */
  #apply(request: ApplyRequest, fingerprint: string): ApplyResult {
    const {
      id,
      commands,
      idempotencyKey,
      callerId,
      limits = this.#limits,
      initial = this.#initial,
    } = request;
    const counter = this.#counter(id) ?? newCounter();
    const batch = { id, commands, idempotencyKey, callerId, limits, fingerprint };
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
    for (const { id } of parsed.entries) this.#counter(id);
    return applyAllInMemory(this.#counters, parsed, { limits: this.#limits, initial: this.#initial });
  }

  /** Always consistent, because there is only one copy. */
  async get(id: string, _options?: { consistent?: boolean }): Promise<number> {
    return this.#counter(parseInput(CounterId, id, "id"))?.value ?? this.#initial;
  }

  async getMany(ids: readonly string[], _options?: { consistent?: boolean }): Promise<Map<string, number>> {
    const valueOf = (id: string) => this.#counter(id)?.value ?? this.#initial;
    return new Map(parseInput(CounterIds, ids, "ids").map((id) => [id, valueOf(id)]));
  }

  async delete(id: string): Promise<void> {
    parseInput(CounterId, id, "id");
    this.#counters.delete(id);
  }

  /** Lists the counters as they are when the first one is read. Later writes do not change the list. */
  async *list(): AsyncGenerator<{ readonly id: string; readonly value: number }, void, undefined> {
    const entries = Array.from(this.#counters);
    for (const [, counter] of entries) expireHolds(counter, this.#now());
    yield* entries.flatMap(([id, { value }]) => (value === undefined ? [] : [{ id, value }]));
  }

  /** The counter, with what expired holds have given back. */
  #counter(id: string): StoredCounter | undefined {
    const counter = this.#counters.get(id);
    if (counter !== undefined) expireHolds(counter, this.#now());
    return counter;
  }
}

function withoutNow(options: MemoryCounterStoreOptions): CounterOptions {
  if (typeof options !== "object" || options === null) return options;
  const { now: _now, ...rest } = options;
  return rest;
}
