import {
  applyBatch,
  ApplyRequest,
  CounterId,
  CounterIds,
  CounterOptions,
  parseInput,
  idempotencyKeyReused,
  type BatchResult,
  type Command,
  type CounterStore,
  type Limits,
  type ApplyResult,
} from "@durable-counter/core";

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

    const counter = this.#counters.get(id) ?? { value: undefined, keys: new Map<string, Use>() };
    const fingerprint = JSON.stringify(commands);
    const use = idempotencyKey === undefined ? undefined : counter.keys.get(idempotencyKey);
    if (idempotencyKey !== undefined && use !== undefined && use.refusedTo?.has(callerId) !== false) {
      if (use.fingerprint !== fingerprint) throw idempotencyKeyReused(id, idempotencyKey);
      // A refused batch is refused again, because the limits and the value are those of the first time.
      return { ...applyBatch(use.before, commands, use.limits, id), replayed: true };
    }

    const before = counter.value ?? initial;
    const remember = (refusedTo?: ReadonlySet<string | undefined>) => {
      if (idempotencyKey !== undefined)
        counter.keys.set(idempotencyKey, { fingerprint, before, limits, refusedTo });
      this.#counters.set(id, counter);
    };
    let result: BatchResult;
    try {
      result = applyBatch(before, commands, limits, id);
    } catch (refusal) {
      if (callerId !== undefined) remember(new Set(use?.refusedTo).add(callerId));
      throw refusal;
    }
    if (idempotencyKey !== undefined || !onlyReads(commands)) {
      counter.value = result.value;
      remember();
    }
    return { ...result, replayed: false };
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

interface StoredCounter {
  /** Undefined if the counter has no value yet, but refusals. */
  value: number | undefined;
  readonly keys: Map<string, Use>;
}

/** The first use of an idempotency key, from which its result or its refusal follows. */
interface Use {
  readonly fingerprint: string;
  readonly before: number;
  readonly limits: Limits | undefined;
  /** The callers for whom it was refused. Undefined if it counted. */
  readonly refusedTo: ReadonlySet<string | undefined> | undefined;
}

function onlyReads(commands: readonly Command[]): boolean {
  return commands.every(({ type }) => type === "get");
}
