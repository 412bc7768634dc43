import {
  ApplyAllRequest,
  applyBatch,
  ApplyRequest,
  CommitRequest,
  CounterError,
  CounterId,
  CounterIds,
  CounterOptions,
  CounterWindow,
  decrement,
  HoldRequest,
  parseInput,
  refuseWindow,
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
import { counterId, counterName, inPeriod, setValueIn, valueIn } from "./memory-windows.ts";
import { formatValue } from "../format-value.ts";
import { endHoldInMemory, expireHolds, sumOfHolds } from "./memory-holds.ts";

/** Options of {@link MemoryCounterStore}. */
export interface MemoryCounterStoreOptions extends CounterOptions {
  /** Counts in windows, such as `calendarWindow({ per: "day" })` of `@durable-counter/core/windows`. */
  readonly window?: CounterWindow | undefined;
  /** The time in milliseconds since 1970, by which windows begin and holds expire. By default the system's clock. */
  readonly now?: (() => number) | undefined;
}

/**
 * A {@link CounterStore} in memory, for tests. It fulfils `counterStoreContract`, and keeps every idempotency key,
 * hold and window until its counter is deleted.
 *
 * @example
 * ```ts
 * const store = new MemoryCounterStore({ limits: { min: 0 } });
 * const { value } = await store.apply({ id: "cart-7", commands: [increment()], idempotencyKey: "order-1" });
 * ```
 */
export class MemoryCounterStore implements CounterStore {
  readonly supportsWindows = true;
  readonly #counters = new Map<string, StoredCounter>();
  readonly #limits: Limits | undefined;
  readonly #initial: number;
  readonly #window: CounterWindow | undefined;
  readonly #now: () => number;

  /** @throws CounterError `invalid-input` for invalid options, or an initial value outside of the limits */
  constructor(options: MemoryCounterStoreOptions = {}) {
    const now = options?.now ?? Date.now; // null is refused below
    if (typeof now !== "function")
      throw new CounterError("invalid-input", `options.now is ${formatValue(now)}; pass a function.`);
    const { limits, initial } = parseInput(CounterOptions, onlyDefaults(options), "options");
    this.#limits = limits;
    this.#initial = initial ?? 0;
    this.#window = options.window && parseInput(CounterWindow, options.window, "options.window");
    this.#now = now;
  }

  async apply(request: ApplyRequest): Promise<ApplyResult> {
    const parsed = parseInput(ApplyRequest, request, "request");
    return this.#apply(parsed, JSON.stringify(parsed.commands));
  }

  async hold(request: HoldRequest): Promise<HoldResult> {
    const { amount, expiresIn, limits = this.#limits, ...rest } = parseInput(HoldRequest, request, "request");
    refuseWindow(this.#window, "hold");
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
    refuseWindow(this.#window, "commit");
    return endHoldInMemory(this.#counter(parsed.id), { type: "commit", ...parsed }, this.#now());
  }

  async release(request: ReleaseRequest): Promise<HoldEndResult> {
    const parsed = parseInput(ReleaseRequest, request, "request");
    refuseWindow(this.#window, "release");
    return endHoldInMemory(this.#counter(parsed.id), { type: "release", ...parsed }, this.#now());
  }

  async held(id: string, options?: object): Promise<number> {
    refuseWindow(this.#window, "held", options);
    const counter = this.#counter(parseInput(CounterId, id, "id"));
    return counter === undefined ? 0 : sumOfHolds(counter, this.#now());
  }

  /** @param fingerprint what tells the request from others with its key */
  #apply(request: ApplyRequest, fingerprint: string): ApplyResult {
    const {
      id,
      commands,
      idempotencyKey,
      issuedAt = this.#now(),
      callerId,
      limits = this.#limits,
      initial = this.#initial,
      window = this.#window,
    } = request;
    const name = counterName(id, window);
    const counter = this.#counter(name) ?? newCounter(window);
    const period = window?.at(issuedAt);
    const batch = { id, commands, idempotencyKey, callerId, limits, fingerprint, period };
    const remembered = rememberedResult(counter, batch);
    if (remembered !== undefined) return { ...remembered, replayed: true };

    const before = valueIn(counter, period) ?? initial;
    let result: BatchResult;
    try {
      result = inPeriod(period, limits, () => applyBatch(before, commands, limits, id));
    } catch (refusal) {
      if (callerId !== undefined) {
        remember(counter, batch, before, "refused");
        this.#counters.set(name, counter);
      }
      throw refusal;
    }
    if (idempotencyKey !== undefined || !onlyReads(commands)) {
      setValueIn(counter, period, result.value);
      remember(counter, batch, before, "counted");
      this.#counters.set(name, counter);
    }
    return { ...result, replayed: false };
  }

  async applyAll(request: ApplyAllRequest): Promise<ApplyAllResult> {
    const parsed = parseInput(ApplyAllRequest, request, "request");
    refuseWindow(this.#window, "applyAll");
    for (const { id } of parsed.entries) this.#counter(id);
    return applyAllInMemory(this.#counters, parsed, { limits: this.#limits, initial: this.#initial });
  }

  /** Always consistent, because there is only one copy. */
  async get(id: string, options: WindowedCall & { consistent?: boolean } = {}): Promise<number> {
    return this.#currentValue(this.#nameOf(id, options)) ?? this.#initial;
  }

  async getMany(ids: readonly string[], options?: { consistent?: boolean }): Promise<Map<string, number>> {
    const parsed = parseInput(CounterIds, ids, "ids");
    refuseWindow(this.#window, "getMany", options);
    return new Map(parsed.map((id) => [id, this.#currentValue(id) ?? this.#initial]));
  }

  async delete(id: string, options: WindowedCall = {}): Promise<void> {
    this.#counters.delete(this.#nameOf(id, options));
  }

  /** Lists the counters as they are when the first one is read. Later writes do not change the list. */
  async *list(): AsyncGenerator<{ readonly id: string; readonly value: number }, void, undefined> {
    const own = Array.from(this.#counters).filter(([, { window }]) => window?.name === this.#window?.name);
    yield* own.flatMap(([name]) => {
      const value = this.#currentValue(name);
      return value === undefined ? [] : [{ id: counterId(name), value }];
    });
  }

  #nameOf(id: string, { window = this.#window }: WindowedCall): string {
    return counterName(
      parseInput(CounterId, id, "id"),
      window && parseInput(CounterWindow, window, "options.window"),
    );
  }

  #currentValue(name: string): number | undefined {
    const counter = this.#counter(name);
    return counter && valueIn(counter, counter.window?.at(this.#now()));
  }

  /** The counter, with what expired holds have given back. */
  #counter(name: string): StoredCounter | undefined {
    const counter = this.#counters.get(name);
    if (counter !== undefined) expireHolds(counter, this.#now());
    return counter;
  }
}

/** What a call takes beside an id. */
interface WindowedCall {
  readonly window?: CounterWindow | undefined;
}

function onlyDefaults(options: MemoryCounterStoreOptions): CounterOptions {
  if (typeof options !== "object" || options === null) return options;
  const { now: _now, window: _window, ...rest } = options;
  return rest;
}
