import {
  applyAllRequestParser,
  type ApplyAllRequest,
  applyBatch,
  applyRequestParser,
  type ApplyRequest,
  checkHoldInWindow,
  commitRequestParser,
  type CommitRequest,
  CounterError,
  counterIdParser,
  counterIdsParser,
  counterOptionsParser,
  type CounterOptions,
  counterWindowParser,
  type CounterWindow,
  decrement,
  holdRequestParser,
  type HoldRequest,
  parseInput,
  releaseRequestParser,
  type ReleaseRequest,
  withWindowOfStore,
  type ApplyAllResult,
  type BatchResult,
  type CallOptions,
  type CounterStore,
  type EndHoldRequest,
  type HoldEndResult,
  type HoldResult,
  type Limits,
  type ApplyResult,
} from "@durable-counter/core";
import { checkNotAborted } from "./call-signal.ts";
import { onlyReads } from "./counter-operation.ts";
import { applyAllInMemory } from "./memory-apply-all.ts";
import { newCounter, remember, rememberedResult, type StoredCounter } from "./memory-batch.ts";
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
    const { limits, initial } = parseInput(counterOptionsParser, onlyDefaults(options), "options");
    this.#limits = limits;
    this.#initial = initial ?? 0;
    this.#window = options.window && parseInput(counterWindowParser, options.window, "options.window");
    this.#now = now;
  }

  async apply(request: ApplyRequest, options?: CallOptions): Promise<ApplyResult> {
    const parsed = parseInput(applyRequestParser, request, "request");
    checkNotAborted(options);
    return this.#apply(parsed, JSON.stringify(parsed.commands));
  }

  async hold(request: HoldRequest, options?: CallOptions): Promise<HoldResult> {
    const parsed = parseInput(holdRequestParser, request, "request");
    checkNotAborted(options);
    const { amount, expiresIn, limits = this.#limits, window = this.#window, ...rest } = parsed;
    const now = this.#now();
    const { idempotencyKey: holdId = crypto.randomUUID(), issuedAt = now } = rest;
    const {
      replayed,
      results: _results,
      ...result
    } = this.#apply(
      {
        ...rest,
        window,
        idempotencyKey: holdId,
        commands: [decrement(amount)],
        limits: { ...limits, onLimit: "reject" },
      },
      JSON.stringify({ amount, expiresIn }),
      () => window && checkHoldInWindow(window, expiresIn, now),
    );
    const holds = this.#counters.get(counterName(rest.id, window))?.holds;
    const expiresAt = holds?.get(holdId)?.expiresAt ?? now + expiresIn * 1_000;
    if (!replayed) holds?.set(holdId, { amount, expiresAt, period: window?.at(issuedAt) });
    return { holdId, ...result, expiresAt, replayed };
  }

  async commit(request: CommitRequest, options?: CallOptions): Promise<HoldEndResult> {
    const parsed = parseInput(commitRequestParser, request, "request");
    checkNotAborted(options);
    return this.#endHold({ type: "commit", ...parsed });
  }

  async release(request: ReleaseRequest, options?: CallOptions): Promise<HoldEndResult> {
    const parsed = parseInput(releaseRequestParser, request, "request");
    checkNotAborted(options);
    return this.#endHold({ type: "release", ...parsed });
  }

  #endHold(request: EndHoldRequest): HoldEndResult {
    const { id, window = this.#window } = request;
    return endHoldInMemory(this.#counter(counterName(id, window)), request, this.#now());
  }

  async held(id: string, options: WindowedCall = {}): Promise<number> {
    const counter = this.#counter(this.#nameOf(id, options));
    const now = this.#now();
    return counter === undefined ? 0 : sumOfHolds(counter, now, counter.window?.at(now));
  }

  /**
   * @param fingerprint what tells the request from others with its key
   * @param check throws if the request must not be applied now
   */
  #apply(request: ApplyRequest, fingerprint: string, check?: () => void): ApplyResult {
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
    check?.();

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
    if (idempotencyKey !== undefined || !onlyReads(request)) {
      setValueIn(counter, period, result.value);
      remember(counter, batch, before, "counted");
      this.#counters.set(name, counter);
    }
    return { ...result, replayed: false };
  }

  async applyAll(request: ApplyAllRequest, options?: CallOptions): Promise<ApplyAllResult> {
    const parsed = parseInput(applyAllRequestParser, request, "request");
    checkNotAborted(options);
    const entries = withWindowOfStore(parsed.entries, this.#window);
    for (const { id, window } of entries) this.#counter(counterName(id, window));
    const defaults = { limits: this.#limits, initial: this.#initial };
    return applyAllInMemory(this.#counters, { ...parsed, entries }, defaults, this.#now());
  }

  /** Always consistent, because there is only one copy. */
  async get(id: string, options: WindowedCall & { consistent?: boolean } = {}): Promise<number> {
    return this.#currentValue(this.#nameOf(id, options)) ?? this.#initial;
  }

  async getMany(
    ids: readonly string[],
    options: WindowedCall & { consistent?: boolean } = {},
  ): Promise<Map<string, number>> {
    const parsed = parseInput(counterIdsParser, ids, "ids");
    checkNotAborted(options);
    return new Map(parsed.map((id) => [id, this.#currentValue(this.#nameOf(id, options)) ?? this.#initial]));
  }

  async delete(id: string, options: WindowedCall = {}): Promise<void> {
    this.#counters.delete(this.#nameOf(id, options));
  }

  /** Lists the counters as they are when the first one is read. Later writes do not change the list. */
  async *list(
    options?: CallOptions,
  ): AsyncGenerator<{ readonly id: string; readonly value: number }, void, undefined> {
    checkNotAborted(options);
    const own = Array.from(this.#counters).filter(([, { window }]) => window?.name === this.#window?.name);
    yield* own.flatMap(([name]) => {
      const value = this.#currentValue(name);
      return value === undefined ? [] : [{ id: counterId(name), value }];
    });
  }

  #nameOf(id: string, { window = this.#window, ...options }: WindowedCall): string {
    const name = counterName(
      parseInput(counterIdParser, id, "id"),
      window && parseInput(counterWindowParser, window, "options.window"),
    );
    checkNotAborted(options);
    return name;
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
interface WindowedCall extends CallOptions {
  readonly window?: CounterWindow | undefined;
}

function onlyDefaults(options: MemoryCounterStoreOptions): CounterOptions {
  if (typeof options !== "object" || options === null) return options;
  const { now: _now, window: _window, ...rest } = options;
  return rest;
}
