import {
  CounterError,
  decrement,
  increment,
  isCounterError,
  type ApplyAllRequest,
  type ApplyAllResult,
  type CommitRequest,
  type HoldEndResult,
  type HoldRequest,
  type HoldResult,
  type ReleaseRequest,
} from "@durable-counter/core";
import { MemoryCounterStore } from "../memory-counter-store.ts";
import type { ContractStoreOptions } from "./contract.ts";
import { HOUR, HOURS } from "./window-setting.ts";

const MANY = "reading many counters reads the current window, or that of the call";
const ENTRIES = "several entries count in the window in which they were issued, and a retry counts nowhere";
const BOTH = "a request counts in several windows of one counter, in all or in none";
const ENDS = "a hold takes from the window in which it was issued, and is committed and released there";
const LONG = "a hold that would outlast the next window is refused, but one that was placed is known";

/** The mutations of the other capabilities of a store with windows, and for each a rule that must fail. */
export const WINDOW_CAPABILITY_MUTANTS = {
  "reads many counters in the window before": MANY,
  "ignores the window of a read of many": MANY,
  "counts several entries in the window of their arrival": ENTRIES,
  "keeps the keys of several entries per window": ENTRIES,
  "tells nothing of the windows of several entries": ENTRIES,
  "counts every entry in the store's window": BOTH,
  "adds up entries of one counter": "the same counter twice in one window is refused, and changes nothing",
  "gives back to the current window": ENDS,
  "sums the holds of the window before, too": ENDS,
  "lets no hold expire after its window": "what expires comes back to the window of each hold",
  "holds in the window of arrival":
    "a hold that arrives after its window takes from that window, and a retry takes nothing",
  "places a hold of any length": LONG,
  "refuses to answer a retry of a long hold": LONG,
  "tells of a refused hold the window of its retry":
    "a refusal of a hold that is final tells the end of its own window, also in later ones",
  "ignores the window of a hold": "holds of a counter with windows and of one without are different holds",
} as const satisfies Readonly<Record<string, string>>;

export type WindowCapabilityMutant = keyof typeof WINDOW_CAPABILITY_MUTANTS;

/** A store with windows, every other capability, and one mutation, or none. */
export class WindowCapabilityMutantStore extends MemoryCounterStore {
  readonly #bug: WindowCapabilityMutant | undefined;
  readonly #clock: { shift: number; readonly now: () => number };

  constructor(bug: WindowCapabilityMutant | undefined, options: ContractStoreOptions = {}) {
    const clock = { shift: 0, now: options.now ?? Date.now };
    super({ ...options, now: () => clock.now() + clock.shift });
    this.#bug = bug;
    this.#clock = clock;
  }

  override async getMany(ids: readonly string[], options: object = {}): Promise<Map<string, number>> {
    if (this.#has("ignores the window of a read of many")) return super.getMany(ids);
    if (!this.#has("reads many counters in the window before")) return super.getMany(ids, options);
    return this.#anHourEarlier(() => super.getMany(ids, options));
  }

  override async applyAll(request: ApplyAllRequest): Promise<ApplyAllResult> {
    const { issuedAt: _issuedAt, ...arrived } = request;
    if (this.#has("counts several entries in the window of their arrival")) return super.applyAll(arrived);
    if (this.#has("keeps the keys of several entries per window") && request.idempotencyKey !== undefined) {
      const { startsAt } = HOURS.at(this.#clock.now());
      return super.applyAll({ ...request, idempotencyKey: `${request.idempotencyKey} ${startsAt}` });
    }
    if (this.#has("tells nothing of the windows of several entries")) {
      const { results, replayed } = await super.applyAll(request);
      return { results: results.map(({ value, results }) => ({ value, results })), replayed };
    }
    const withoutWindow = request.entries.map(({ window: _window, ...entry }) => entry);
    if (this.#has("counts every entry in the store's window"))
      return super.applyAll({ ...request, entries: withoutWindow });
    if (this.#has("adds up entries of one counter")) {
      const results = [];
      for (const entry of request.entries) results.push(await super.apply(entry));
      return { results, replayed: false };
    }
    return super.applyAll(request);
  }

  override async hold(request: HoldRequest): Promise<HoldResult> {
    const { issuedAt: _issuedAt, ...arrived } = request;
    if (this.#has("holds in the window of arrival")) return super.hold(arrived);
    const { window: _window, ...withoutWindow } = request;
    if (this.#has("ignores the window of a hold")) return super.hold(withoutWindow);
    if (this.#has("places a hold of any length"))
      return super.hold({ ...request, expiresIn: Math.min(request.expiresIn, 1_800) });
    const isLong = this.#clock.now() + request.expiresIn * 1_000 > HOURS.at(this.#clock.now()).endsAt + HOUR;
    if (isLong && this.#has("refuses to answer a retry of a long hold"))
      throw new CounterError("invalid-input", "request.expiresIn is too long.");
    if (this.#has("tells of a refused hold the window of its retry"))
      return super.hold(request).catch((error: unknown) => this.#refusedNow(error));
    return super.hold(request);
  }

  override async commit(request: CommitRequest): Promise<HoldEndResult> {
    return this.#ended(request, await super.commit(request));
  }

  override async release(request: ReleaseRequest): Promise<HoldEndResult> {
    return this.#ended(request, await super.release(request));
  }

  override async held(id: string, options: object = {}): Promise<number> {
    const sum = await super.held(id, options);
    if (!this.#has("sums the holds of the window before, too")) return sum;
    return sum + (await this.#anHourEarlier(() => super.held(id, options)));
  }

  override async get(id: string, options: object = {}): Promise<number> {
    const value = await super.get(id, options);
    // The mutant takes again what has come back to the window before.
    if (this.#has("lets no hold expire after its window") && this.#clock.now() > HOURS.at(0).endsAt)
      await this.#anHourEarlier(() => this.#takeAgain(id));
    return value;
  }

  #refusedNow(error: unknown): never {
    if (!isCounterError(error)) throw error;
    const { endsAt: resetsAt } = HOURS.at(this.#clock.now());
    throw Object.assign(error, { details: { ...error.details, resetsAt } });
  }

  async #takeAgain(id: string): Promise<void> {
    if ((await super.held(id)) > 0) return;
    await super.apply({ id, commands: [decrement(1)], idempotencyKey: "again", limits: {} });
  }

  async #ended({ id }: ReleaseRequest, result: HoldEndResult): Promise<HoldEndResult> {
    if (this.#has("gives back to the current window")) await super.apply({ id, commands: [increment(1)] });
    return result;
  }

  #has(bug: WindowCapabilityMutant): boolean {
    return this.#bug === bug;
  }

  async #anHourEarlier<T>(call: () => Promise<T>): Promise<T> {
    this.#clock.shift = -HOUR;
    try {
      return await call();
    } finally {
      this.#clock.shift = 0;
    }
  }
}
