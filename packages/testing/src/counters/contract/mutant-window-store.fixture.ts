import {
  applyBatch,
  ApplyRequest,
  CounterWindow,
  idempotencyKeyReused,
  inWindow,
  isCounterError,
  parseInput,
  type ApplyResult,
  type BatchResult,
  type CounterStore,
  type Limits,
  type WindowPeriod,
} from "@durable-counter/core";
import type { ContractStoreOptions } from "./contract.ts";

/** The mutations of a store with windows, and for each a rule that must fail. */
export const WINDOW_MUTANTS = {
  "never starts again": "every window starts at the initial value, and get reads the current one",
  "starts again at 0": "every window starts at the initial value, and get reads the current one",
  "reads the window that was written last": "every window starts at the initial value",
  "tells when its window started": "a result tells when its window ends, and what remains of the maximum",
  "tells a negative rest": "a result tells when its window ends, and what remains of the maximum",
  "tells nothing of the window of a refusal": "limits hold for each window by itself, and a refusal tells",
  "counts in the window of today": "a request counts in the window in which it was issued",
  "keeps the keys of each window apart":
    "a retry without the time at which it was issued counts in no other window, and gets the first result",
  "looks for keys in the window of today":
    "a retry with the time at which it was issued counts in no other window, and gets the first result",
  "replays in the window of today": "a retry without its time gets the window in which the request counted",
  "looks for the key first and counts later":
    "of attempts before and after the end of a window, sent at once",
  "replays a refusal in the window of today": "a refusal that is final tells the end of its own window",
  "forgets refusals with their window": "a refusal stays final for its caller in later windows",
  "counts a request of tomorrow today":
    "a request of a clock that is ahead counts in the window of its own time",
  "takes no notice of other commands": "an idempotency key with other commands is refused in any window",
  "keeps one counter for all definitions":
    "counters with different windows, or with none, are different counters",
  "keeps one key for all definitions":
    "counters with different windows, or with none, are different counters",
  "ignores the window of a request": "counters with different windows, or with none, are different counters",
  "lists every window": "the list has the counters of the current window, with their values in it",
  "deletes the current window alone": "a deletion forgets every window and every key, of this counter alone",
  "creates a counter to read it": "a batch that only reads reads the current window, and creates nothing",
  "takes anything for a window": "what is no window is refused with its path and value",
} as const satisfies Readonly<Record<string, string>>;

export type WindowMutant = keyof typeof WINDOW_MUTANTS;

interface Use {
  readonly commands: string;
  readonly before: number;
  readonly limits: Limits | undefined;
  readonly period: WindowPeriod | undefined;
  readonly refusedTo?: string;
}

interface Counter {
  readonly id: string;
  readonly window: CounterWindow | undefined;
  readonly values: Map<number, number>;
  readonly keys: Map<string, Use>;
}

/** A store with windows and one mutation, or with none, to prove that the contract finds it. */
export class MutantWindowStore implements CounterStore {
  readonly supportsWindows = true;
  readonly #bug: WindowMutant | undefined;
  readonly #options: ContractStoreOptions;
  readonly #counters = new Map<string, Counter>();
  readonly #sharedKeys = new Map<string, Use>();

  constructor(bug: WindowMutant | undefined, options: ContractStoreOptions = {}) {
    this.#bug = bug;
    this.#options = options;
  }

  async apply(input: ApplyRequest): Promise<ApplyResult> {
    const request = this.#has("takes anything for a window")
      ? input
      : parseInput(ApplyRequest, input, "request");
    const { id, commands, callerId, limits = this.#options.limits, idempotencyKey } = request;
    const now = this.#now();
    const { issuedAt = now } = request;
    const window = this.#windowOf(request);
    const counter = this.#counter(id, window);
    const period = window?.at(this.#timeOf(issuedAt, now));
    const start = this.#has("never starts again") ? 0 : (period?.startsAt ?? 0);
    const keys = this.#has("keeps one key for all definitions") ? this.#sharedKeys : counter.keys;
    const key = idempotencyKey && this.#keyIn(idempotencyKey, window, issuedAt, now);
    const fingerprint = this.#has("takes no notice of other commands") ? "" : JSON.stringify(commands);

    const use = key === undefined ? undefined : keys.get(key);
    if (this.#has("looks for the key first and counts later"))
      for (let n = 0; n < 9; n++) await Promise.resolve();
    if (use !== undefined && (use.refusedTo === undefined || use.refusedTo === callerId)) {
      if (use.commands !== fingerprint) throw idempotencyKeyReused(id, idempotencyKey ?? "");
      const of = this.#has("replays in the window of today") ? window?.at(issuedAt) : use.period;
      const batch = use.commands === "" ? [] : commands;
      const told = this.#has("replays a refusal in the window of today") ? window?.at(issuedAt) : use.period;
      const replayed = this.#refusedIn(told, () => applyBatch(use.before, batch, use.limits, id));
      return { ...this.#inWindow(replayed, of, limits), replayed: true };
    }
    const before = counter.values.get(start) ?? this.#initialOf(counter);
    const remember = (refused: Pick<Use, "refusedTo">) => {
      if (key !== undefined) keys.set(key, { commands: fingerprint, before, limits, period, ...refused });
      this.#counters.set(this.#nameOf(id, window), counter);
    };
    let result: BatchResult;
    try {
      result = this.#refusedIn(period, () => applyBatch(before, commands, limits, id));
    } catch (error) {
      if (callerId !== undefined) remember({ refusedTo: callerId });
      throw error;
    }
    const writes = idempotencyKey !== undefined || commands.some(({ type }) => type !== "get");
    if (writes || this.#has("creates a counter to read it")) {
      counter.values.delete(start); // the last window that was written is the last in order
      counter.values.set(start, result.value);
      remember({});
    }
    return { ...this.#inWindow(result, period, limits), replayed: false };
  }

  async get(id: string, options: { window?: CounterWindow | undefined } = {}): Promise<number> {
    return (
      this.#valueOf(this.#counters.get(this.#nameOf(id, this.#windowOf(options)))) ??
      this.#options.initial ??
      0
    );
  }

  async delete(id: string, options: { window?: CounterWindow | undefined } = {}): Promise<void> {
    const window = this.#windowOf(options);
    const name = this.#nameOf(id, window);
    if (!this.#has("deletes the current window alone")) this.#counters.delete(name);
    else this.#counters.get(name)?.values.delete(window?.at(this.#now()).startsAt ?? 0);
  }

  async *list(): AsyncGenerator<{ readonly id: string; readonly value: number }> {
    for (const counter of this.#counters.values()) {
      if (counter.window?.name !== this.#options.window?.name) continue;
      const every = Array.from(counter.values.values());
      const value = this.#valueOf(counter);
      const values = this.#has("lists every window") ? every : value === undefined ? [] : [value];
      yield* values.map((one) => ({ id: counter.id, value: one }));
    }
  }

  #has(bug: WindowMutant): boolean {
    return this.#bug === bug;
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  #windowOf({ window }: { window?: CounterWindow | undefined }): CounterWindow | undefined {
    return this.#has("ignores the window of a request")
      ? this.#options.window
      : (window ?? this.#options.window);
  }

  #nameOf(id: string, window: CounterWindow | undefined): string {
    return this.#has("keeps one counter for all definitions") ? id : `${id}\n${window?.name}`;
  }

  #counter(id: string, window: CounterWindow | undefined): Counter {
    const empty = { id, window, values: new Map(), keys: new Map() };
    return this.#counters.get(this.#nameOf(id, window)) ?? empty;
  }

  #timeOf(issuedAt: number, now: number): number {
    if (this.#has("counts in the window of today")) return now;
    return this.#has("counts a request of tomorrow today") ? Math.min(issuedAt, now) : issuedAt;
  }

  #keyIn(key: string, window: CounterWindow | undefined, issuedAt: number, now: number): string {
    if (this.#has("keeps the keys of each window apart")) return `${key} ${window?.at(issuedAt).startsAt}`;
    const isToday = this.#has("looks for keys in the window of today");
    const isRefusal = this.#has("forgets refusals with their window") && this.#isRefused(key);
    return isToday || isRefusal ? `${key} ${window?.at(now).startsAt}` : key;
  }

  /** The mutant keeps what was refused for its window only. */
  #isRefused(key: string): boolean {
    return Array.from(this.#counters.values()).some(({ keys }) => keys.get(key)?.refusedTo !== undefined);
  }

  #initialOf({ values }: Counter): number {
    return this.#has("starts again at 0") && values.size > 0 ? 0 : (this.#options.initial ?? 0);
  }

  #valueOf(counter: Counter | undefined): number | undefined {
    if (this.#has("reads the window that was written last"))
      return Array.from(counter?.values.values() ?? []).at(-1);
    const start = this.#has("never starts again") ? 0 : (counter?.window?.at(this.#now()).startsAt ?? 0);
    return counter?.values.get(start);
  }

  #refusedIn(period: WindowPeriod | undefined, apply: () => BatchResult): BatchResult {
    try {
      return apply();
    } catch (error) {
      if (!isCounterError(error) || this.#has("tells nothing of the window of a refusal")) throw error;
      throw Object.assign(error, { details: { ...error.details, resetsAt: period?.endsAt } });
    }
  }

  #inWindow(result: BatchResult, period: WindowPeriod | undefined, limits: Limits | undefined): BatchResult {
    if (period === undefined) return result;
    const told = this.#has("tells when its window started") ? { ...period, endsAt: period.startsAt } : period;
    const known = inWindow(result, told, limits);
    if (!this.#has("tells a negative rest") || limits?.max === undefined) return known;
    return { ...known, remaining: limits.max - result.value };
  }
}
