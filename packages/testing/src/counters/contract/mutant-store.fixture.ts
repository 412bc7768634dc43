import {
  applyBatch,
  ApplyRequest,
  CounterError,
  CounterId,
  parseInput,
  type CallOptions,
  type Command,
  type CounterOptions,
  type CounterStore,
  type Limits,
  type ApplyResult,
} from "@durable-counter/core";
import { checkNotAborted } from "../call-signal.ts";
import { mutatedBatch, sumOf, type Item, type Use } from "./mutant-batch.fixture.ts";
import { isSet } from "./mutant-set.fixture.ts";
import { mutantGetMany } from "./mutant-get-many.fixture.ts";
import type { Mutant } from "./mutants.fixture.ts";

/**
 * A store with one mutation, or with none, to prove that the contract finds it. Each mutation is a mistake that a
 * developer could make.
 */
export class MutantStore implements CounterStore {
  readonly #bug: Mutant | undefined;
  readonly #options: CounterOptions;
  readonly #items = new Map<string, Item>();
  readonly #sharedKeys = new Map<string, Use>();
  readonly #stale = new Map<string, number>();
  readonly #deleted = new Map<string, number>();
  readonly #refusals = new Map<string, ReadonlyMap<string, Refused>>();

  constructor(bug: Mutant | undefined, options: CounterOptions = {}) {
    this.#bug = bug;
    this.#options = options;
    if (this.#has("declares a capability that it does not have")) Object.assign(this, { getMany: undefined });
  }

  async apply(input: ApplyRequest, options?: CallOptions): Promise<ApplyResult> {
    const request = this.#parse(input);
    this.#checkSignal(options);
    const { commands } = request;
    const id = this.#key(request.id);
    const limits = this.#limits(request.limits);
    const idempotencyKey = this.#idempotencyKey(request.idempotencyKey);

    const keysOf = (item: Item) => (this.#has("shares keys among counters") ? this.#sharedKeys : item.keys);
    const use =
      idempotencyKey === undefined ? undefined : keysOf(this.#item(id, request)).get(idempotencyKey);
    if (this.#has("looks for the idempotency key first and counts later")) await turn();
    const item = this.#item(id, request);
    if (this.#has("holds a retry against the limits")) applyBatch(item.value, commands, limits, id);
    if (use !== undefined) return this.#replay(use, request, limits, item);
    const refusals = new Map(this.#refusals.get(id));
    const { callerId } = request;
    const joins = this.#has("joins a caller and its idempotencyKey to one text");
    const name = joins && callerId !== undefined ? `${callerId}/${idempotencyKey}` : idempotencyKey;
    const refused = name === undefined ? undefined : refusals.get(name);
    const isForAll = joins || this.#has("lets a refusal stand for everybody");
    if (refused !== undefined && (isForAll || refused.callers.includes(callerId)))
      return this.#replay(refused, request, limits, item);

    if (this.#has("creates the counter before it applies")) this.#items.set(id, item);
    const seen = item.value;
    if (this.#has("reads the value before in a request of its own")) await turn();
    const before = item.value;
    if (this.#has("reads, then writes what it made of it")) await turn();
    if (this.#has("sets without a look at other writers") && commands.some(isSet)) await turn();
    if (this.#has("gives up when another writes meanwhile")) {
      await turn();
      if (item.value !== before) throw new CounterError("unavailable", "Another wrote meanwhile.");
    }
    const onRefusal = () => {
      if (this.#has("uses up the idempotency key of a refused batch") && idempotencyKey !== undefined) {
        item.keys.set(idempotencyKey, { commands: "", before, limits });
        this.#items.set(id, item);
      }
      if (callerId === undefined || name === undefined || this.#has("forgets refusals")) return;
      const others = this.#has("remembers only who was refused last") ? [] : (refused?.callers ?? []);
      const use = { commands: this.#fingerprint(commands), before, limits };
      this.#refusals.set(id, refusals.set(name, { ...use, callers: [...others, callerId] }));
      if (this.#has("creates the counter of a refusal it remembers")) this.#items.set(id, item);
    };
    const save = () => void this.#items.set(id, item);
    const result = mutatedBatch(this.#bug, { item, save, onRefusal }, { before, commands, limits, id });

    const onlyReads = commands.every(({ type }) => type === "get");
    const forgetsReads =
      onlyReads &&
      (idempotencyKey === undefined || this.#has("forgets the idempotency key of a batch that reads"));
    if (forgetsReads && !this.#has("creates a counter to read it")) return { ...result, replayed: false };
    if (this.#has("remembers only the last idempotencyKey")) item.keys.clear();
    if (idempotencyKey !== undefined)
      keysOf(item).set(idempotencyKey, { commands: this.#fingerprint(commands), before, limits });
    this.#stale.set(id, item.value);
    const asNumber = this.#has("adds the batch up as a number") && limits.onLimit !== "clamp";
    item.value = asNumber ? before + sumOf(commands) : result.value;
    this.#items.set(id, item);
    if (seen !== before) return { ...applyBatch(seen, commands, { onLimit: "clamp" }), replayed: false };
    return { ...result, replayed: false };
  }

  async get(id: string, { consistent = false, ...options }: ReadOptions = {}): Promise<number> {
    const key = this.#key(this.#has("trusts its input") ? id : parseInput(CounterId, id, "id"));
    this.#checkSignal(options);
    if (this.#has("reads what stood there before")) return this.#stale.get(key) ?? this.#initial(undefined);
    const value = this.#items.get(key)?.value;
    if (this.#has("reads what is about to be written") && !consistent) return (value ?? 0) + 1;
    return value ?? (this.#has("reads 0 where nothing is") ? 0 : this.#initial(undefined));
  }

  async getMany(ids: readonly string[], options?: CallOptions): Promise<Map<string, number>> {
    this.#checkSignal(options);
    return mutantGetMany(ids, {
      has: (bug) => this.#has(bug),
      initial: this.#initial(undefined),
      valueOf: (id) => this.#items.get(id)?.value,
      staleValueOf: (id) => this.#stale.get(id),
      deletedValueOf: (id) => this.#deleted.get(id),
      create: (id) => void this.#items.set(id, this.#item(id, {})),
    });
  }

  async delete(id: string, options?: CallOptions): Promise<void> {
    const key = this.#key(this.#has("trusts its input") ? id : parseInput(CounterId, id, "id"));
    if (!this.#has("deletes whatever its signal says")) this.#checkSignal(options);
    const item = this.#items.get(key);
    if (this.#has("fails to delete what is not there") && item === undefined) throw new Error("Not found.");
    if (this.#has("deletes nothing")) return;
    if (item !== undefined) this.#deleted.set(key, item.value);
    if (!this.#has("deletes the value and keeps refusals")) this.#refusals.delete(key);
    if (this.#has("deletes all") && item !== undefined) this.#items.clear();
    if (this.#has("deletes the value and keeps the keys") && item) item.value = this.#initial(undefined);
    else this.#items.delete(key);
  }

  async *list(options?: CallOptions): AsyncGenerator<{ readonly id: string; readonly value: number }> {
    this.#checkSignal(options);
    const entries = Array.from(this.#items, ([id, { value }]) => ({ id, value }));
    if (this.#has("lists all but one")) entries.pop();
    if (this.#has("lists a first page only")) entries.splice(10);
    if (this.#has("lists what was never written")) entries.push({ id: "ghost", value: 0 });
    if (this.#has("lists some twice")) entries.push(...entries.slice(0, 1));
    yield* entries;
  }

  #replay(use: Use, request: ApplyRequest, limits: Limits, item: Item): ApplyResult {
    const { id, idempotencyKey, commands } = request;
    if (use.commands !== this.#fingerprint(commands) && !this.#has("replays whatever the commands are")) {
      const named = `IdempotencyKey ${JSON.stringify(idempotencyKey)} was used on ${JSON.stringify(id)} with other commands.`;
      throw new CounterError("idempotency-key-reused", this.#has("says too little") ? "Used." : named);
    }
    const before = this.#has("replays from the value of today") ? item.value : use.before;
    if (this.#has("sets a value again")) item.value = commands.findLast(isSet)?.value ?? item.value;
    const result = applyBatch(
      before,
      commands,
      this.#has("replays by the limits of today") ? limits : use.limits,
      id,
    );
    return { ...result, replayed: !this.#has("does not tell a replay") };
  }

  #item(id: string, { initial }: Pick<ApplyRequest, "initial">): Item {
    return this.#items.get(id) ?? { value: this.#initial(initial), keys: new Map() };
  }

  #has(bug: Mutant): boolean {
    return this.#bug === bug;
  }

  #parse(request: ApplyRequest): ApplyRequest {
    if (this.#has("trusts its input")) return request;
    try {
      return parseInput(ApplyRequest, request, "request");
    } catch (error) {
      if (this.#has("refuses input with errors of its own"))
        throw new TypeError("Bad request.", { cause: error });
      throw error;
    }
  }

  #checkSignal(options: CallOptions | undefined): void {
    if (!this.#has("does not look at signals")) checkNotAborted(options);
  }

  #key(id: string): string {
    if (this.#has("keeps one value for all counters")) return "counter";
    if (this.#has("takes ids that look alike for one")) return id.normalize();
    return this.#has("takes ids in upper and lower case for one") ? id.toLowerCase() : id;
  }

  #limits(limits: Limits | undefined): Limits {
    const own = this.#options.limits;
    if (this.#has("puts its limits before the request's")) return own ?? limits ?? {};
    if (this.#has("mixes its limits with the request's")) return { ...own, ...limits };
    return limits ?? own ?? {};
  }

  #initial(initial: number | undefined): number {
    const own = this.#options.initial ?? (this.#has("starts at 1") ? 1 : 0);
    return this.#has("overlooks a request's initial value") ? own : (initial ?? own);
  }

  #idempotencyKey(idempotencyKey: string | undefined): string | undefined {
    if (this.#has("takes keys in upper and lower case for one")) return idempotencyKey?.toLowerCase();
    return this.#has("ignores keys") ? undefined : idempotencyKey;
  }

  #fingerprint(commands: readonly Command[]): string {
    if (this.#has("takes a set for an increment"))
      return commands
        .map((command) => JSON.stringify(command).replace(/"set","value"/u, '"increment","amount"'))
        .join();
    return this.#has("knows commands by their sum") ? String(sumOf(commands)) : JSON.stringify(commands);
  }
}

interface ReadOptions extends CallOptions {
  readonly consistent?: boolean;
}

interface Refused extends Use {
  readonly callers: readonly (string | undefined)[];
}

/** Waits until other requests have run. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
}
