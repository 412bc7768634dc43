import {
  ApplyAllRequest,
  applyEntries,
  entryRefused,
  isCounterError,
  type ApplyAllEntry,
  type ApplyAllResult,
  type CounterOptions,
  type Limits,
} from "@durable-counter/core";
import { MemoryCounterStore } from "../memory-counter-store.ts";

/** The mutations of a store's `applyAll`, and for each a rule that must fail. */
export const APPLY_ALL_MUTANTS = {
  "returns results in the order of ids":
    "several counters change together, and each entry has a result of its own",
  "takes 99 entries at most": "100 counters change in one request",
  "applies the entries before the refused one":
    "no counter changes if one entry is refused, be it the first or the last",
  "applies the entries after the refused one":
    "no counter changes if one entry is refused, be it the first or the last",
  "does not name the entry that was refused": "a refusal names the entry, and its counter",
  "overlooks the limits of an entry":
    "the limits and the initial value of an entry replace those of the store",
  "overlooks the initial value of an entry":
    "the limits and the initial value of an entry replace those of the store",
  "overlooks what an entry does at a limit": "an entry can clamp or reject, whatever the limits say",
  "clamps every entry":
    "several batches equal the fold of each, or nothing, for any entries, limits and values",
  "creates counters to read them":
    "entries that only read, without a key, return the values and create nothing",
  "ignores the key of several entries":
    "a retry of several entries gets the first results, replayed, and counts nothing",
  "does not tell a replay of several entries":
    "a retry of several entries gets the first results, replayed, and counts nothing",
  "holds a retry of several entries against the limits":
    "a retry of several entries gets the first results, replayed, and counts nothing",
  "takes entries in another order for another request":
    "a retry with its entries in another order gets the first results, in its order",
  "replays the first results in their first order":
    "a retry with its entries in another order gets the first results, in its order",
  "replays a key whatever the entries are":
    "a key with other entries on one of its counters is refused and counts nothing",
  "knows entries by their counters":
    "a key with other entries on one of its counters is refused and counts nothing",
  "remembers the key for all counters": "the same key on other counters is another key",
  "keeps keys of several entries apart":
    "a key of several counters is used on each of them, for single batches too, and the other way round",
  "uses up the key of refused entries": "a refused request of several entries does not use its key",
  "forgets refusals of several entries":
    "a refusal of several entries is final for its caller, whatever the values are later, and for no other",
  "lets a refusal of several entries stand for everybody":
    "a refusal of several entries is final for its caller, whatever the values are later, and for no other",
  "applies what is left after a deletion":
    "a request that was applied is not applied again after one of its counters was deleted",
  "looks for the key of several entries first and counts later":
    "concurrent retries of several entries count once and get the same results",
  "reads all values, then writes them one by one":
    "concurrent requests between the same counters change no total, pass no limit, and lose nothing",
} as const satisfies Readonly<Record<string, string>>;

export type ApplyAllMutant = keyof typeof APPLY_ALL_MUTANTS;

/** A store with one mutation of `applyAll`, or with none. */
export class ApplyAllMutantStore extends MemoryCounterStore {
  readonly #bug: ApplyAllMutant | undefined;
  readonly #limits: Limits | undefined;
  readonly #answers = new Map<string, ApplyAllResult>();
  readonly #refused = new Map<string, unknown>();

  constructor(bug: ApplyAllMutant | undefined, options: CounterOptions = {}) {
    super(options);
    this.#bug = bug;
    this.#limits = options.limits;
  }

  override async applyAll(input: ApplyAllRequest): Promise<ApplyAllResult> {
    if (!ApplyAllRequest.safeParse(input).success) return super.applyAll(input);
    const request = this.#mutated(input);
    const { idempotencyKey: key, entries } = request;
    switch (this.#bug) {
      case "takes 99 entries at most":
        return super.applyAll(entries.length > 99 ? { ...request, entries: [] } : request);
      case "applies the entries before the refused one":
      case "applies the entries after the refused one":
        return this.#oneByOne(request);
      case "creates counters to read them":
        return super.applyAll({ idempotencyKey: `key-${Math.random()}`, ...request });
      case "looks for the key of several entries first and counts later":
      case "remembers the key for all counters":
      case "replays a key whatever the entries are":
      case "replays the first results in their first order":
      case "knows entries by their counters":
        return this.#rememberedBySelf(request);
      case "forgets refusals of several entries":
      case "lets a refusal of several entries stand for everybody":
      case "uses up the key of refused entries":
        return this.#rememberedRefusal(request);
      case "reads all values, then writes them one by one":
        return this.#readThenWrite(request);
      case "applies what is left after a deletion":
        return super.applyAll(request).catch((error: unknown) => {
          if (!isCounterError(error, "idempotency-key-expired")) throw error;
          return super.applyAll({ ...request, idempotencyKey: `${key} again` });
        });
      default:
        return this.#answered(
          await super.applyAll(request).catch((error: unknown) => this.#refuse(error)),
          entries,
        );
    }
  }

  /** The request as a store with the mutation reads it. */
  #mutated(request: ApplyAllRequest): ApplyAllRequest {
    const { idempotencyKey: key, callerId, ...unkeyed } = request;
    const each = (change: (entry: ApplyAllEntry) => ApplyAllEntry) => ({
      ...request,
      entries: request.entries.map(change),
    });
    switch (this.#bug) {
      case "overlooks the limits of an entry":
        return each(({ limits: _limits, ...entry }) => entry);
      case "overlooks the initial value of an entry":
        return each(({ initial: _initial, ...entry }) => entry);
      case "overlooks what an entry does at a limit":
        return each(({ onLimit: _onLimit, ...entry }) => entry);
      case "clamps every entry":
        return each((entry) => ({ ...entry, onLimit: "clamp" }));
      case "ignores the key of several entries":
        return unkeyed;
      case "takes entries in another order for another request": {
        const name = request.entries.map(({ id }) => id).join();
        return key === undefined ? request : { ...request, idempotencyKey: `${key}, ${name.slice(0, 20)}` };
      }
      case "keeps keys of several entries apart":
        return key === undefined ? request : { ...request, idempotencyKey: `${key} of several` };
      case "holds a retry of several entries against the limits":
        if (key !== undefined && this.#answers.has(key)) return { ...unkeyed };
        if (key !== undefined) this.#answers.set(key, { results: [], replayed: false });
        return request;
      default:
        return callerId === undefined ? request : { ...request, callerId };
    }
  }

  #answered(result: ApplyAllResult, entries: readonly ApplyAllEntry[]): ApplyAllResult {
    if (this.#bug === "does not tell a replay of several entries") return { ...result, replayed: false };
    if (this.#bug !== "returns results in the order of ids") return result;
    const byId = entries.map(({ id }, index) => ({ id, result: result.results[index] }));
    const sorted = byId.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    return { ...result, results: sorted.flatMap(({ result }) => result ?? []) };
  }

  #refuse(error: unknown): never {
    if (this.#bug !== "does not name the entry that was refused" || !isCounterError(error)) throw error;
    throw error.cause ?? error;
  }

  async #oneByOne({ entries }: ApplyAllRequest): Promise<ApplyAllResult> {
    const isForward = this.#bug === "applies the entries before the refused one";
    const results = [];
    for (const [index, entry] of (isForward ? entries : entries.toReversed()).entries()) {
      try {
        const { onLimit, limits = this.#limits, ...batch } = entry;
        results.push(
          await super.apply({ ...batch, limits: onLimit && limits ? { ...limits, onLimit } : limits }),
        );
      } catch (error) {
        throw isCounterError(error)
          ? entryRefused(error, isForward ? index : entries.length - 1 - index, entries)
          : error;
      }
    }
    const answers = results.map(({ value, results }) => ({ value, results }));
    return { results: isForward ? answers : answers.toReversed(), replayed: false };
  }

  /** Keeps the answers by itself, in a way that is too simple. */
  async #rememberedBySelf(request: ApplyAllRequest): Promise<ApplyAllResult> {
    const { idempotencyKey: key, entries } = request;
    if (key === undefined) return super.applyAll(request);
    const ids = entries.map(({ id }) => id).toSorted();
    const known =
      {
        "remembers the key for all counters": key,
        "replays a key whatever the entries are": `${key} ${ids[0]}`,
        "replays the first results in their first order": `${key} ${JSON.stringify(entries.toSorted((a, b) => (a.id < b.id ? -1 : 1)))}`,
        "knows entries by their counters": `${key} ${ids.join()}`,
        "looks for the key of several entries first and counts later": `${key} ${JSON.stringify(entries)}`,
      }[this.#bug as string] ?? key;
    const answer = this.#answers.get(known);
    if (answer !== undefined) return { ...answer, replayed: true };
    const isLate = this.#bug === "looks for the key of several entries first and counts later";
    if (isLate) await turn();
    const result = await super.applyAll(isLate ? { entries } : request);
    this.#answers.set(known, result);
    return result;
  }

  async #rememberedRefusal(request: ApplyAllRequest): Promise<ApplyAllResult> {
    const { idempotencyKey: key = "", callerId, ...unkeyed } = request;
    if (this.#refused.has(key)) throw this.#refused.get(key);
    try {
      const forgets = this.#bug === "forgets refusals of several entries";
      return await super.applyAll(forgets && key !== "" ? { ...unkeyed, idempotencyKey: key } : request);
    } catch (error) {
      const isKept =
        this.#bug === "uses up the key of refused entries" ||
        (this.#bug === "lets a refusal of several entries stand for everybody" && callerId !== undefined);
      if (isKept && key !== "" && isCounterError(error, "limit-exceeded")) this.#refused.set(key, error);
      throw error;
    }
  }

  async #readThenWrite({ entries }: ApplyAllRequest): Promise<ApplyAllResult> {
    const befores = await Promise.all(entries.map(({ id }) => super.get(id)));
    await turn();
    const results = applyEntries(befores, entries, this.#limits);
    for (const [index, { id }] of entries.entries()) {
      const change = (results[index]?.value ?? 0) - (await super.get(id));
      const command = { type: change < 0 ? "decrement" : "increment", amount: Math.abs(change) } as const;
      await super.apply({ id, commands: [command], limits: {} });
    }
    return { results, replayed: false };
  }
}

/** Waits until other requests have run. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
}
