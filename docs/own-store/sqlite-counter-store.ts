import { DatabaseSync } from "node:sqlite";
import {
  applyBatch,
  ApplyRequest,
  checkSignal,
  CounterError,
  CounterId,
  CounterOptions,
  idempotencyKeyReused,
  isCounterError,
  Limits,
  parseInput,
  type ApplyResult,
  type CallOptions,
  type CounterStore,
} from "@durable-counter/core";

/** A record of this caller is that of a request that counted: no caller has an empty id. */
const EVERYBODY = "";

/** Counters in a SQLite file, which several processes may share. */
export class SqliteCounterStore implements CounterStore {
  readonly #database: DatabaseSync;
  readonly #defaults: CounterOptions;

  constructor(file: string, defaults: CounterOptions = {}) {
    this.#defaults = parseInput(CounterOptions, defaults, "defaults");
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      PRAGMA busy_timeout = 5000;
      CREATE TABLE IF NOT EXISTS counters (id TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS records (id TEXT, key TEXT, caller TEXT, commands TEXT NOT NULL, before INTEGER NOT NULL,
        limits TEXT NOT NULL, PRIMARY KEY (id, key, caller)) STRICT;
    `);
  }

  async apply(request: ApplyRequest, options?: CallOptions): Promise<ApplyResult> {
    const parsed = parseInput(ApplyRequest, request, "request");
    const outcome = this.#transaction(options, () => this.#apply(parsed));
    if (outcome instanceof CounterError) throw outcome;
    return outcome;
  }

  /** A refusal is returned, not thrown: the transaction keeps what it records. */
  #apply({ id, commands, idempotencyKey: key, callerId, ...own }: ApplyRequest): ApplyResult | CounterError {
    const { limits = this.#defaults.limits ?? {}, initial = this.#defaults.initial ?? 0 } = own;
    const recorded = key === undefined ? undefined : this.#record(id, key, callerId);
    if (key !== undefined && recorded !== undefined) {
      if (recorded.commands !== JSON.stringify(commands)) throw idempotencyKeyReused(id, key);
      // From the value and the limits of the first time follow its results, or its refusal.
      return { ...applyBatch(recorded.before, commands, recorded.limits, id), replayed: true };
    }
    const before = this.#value(id) ?? initial;
    const record = (caller: string) => {
      if (key === undefined) return;
      this.#database
        .prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)")
        .run(id, key, caller, JSON.stringify(commands), before, JSON.stringify(limits));
    };
    try {
      const result = applyBatch(before, commands, limits, id);
      if (key !== undefined || commands.some(({ type }) => type !== "get")) {
        record(EVERYBODY);
        this.#database
          .prepare("INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
          .run(id, result.value);
      }
      return { ...result, replayed: false };
    } catch (refusal) {
      if (!(refusal instanceof CounterError)) throw refusal;
      if (callerId !== undefined) record(callerId);
      return refusal;
    }
  }

  async get(id: string, options?: CallOptions): Promise<number> {
    const name = parseInput(CounterId, id, "id");
    return this.#transaction(options, () => this.#value(name) ?? this.#defaults.initial ?? 0);
  }

  async delete(id: string, options?: CallOptions): Promise<void> {
    const name = parseInput(CounterId, id, "id");
    this.#transaction(options, () => {
      for (const table of ["counters", "records"])
        this.#database.prepare(`DELETE FROM ${table} WHERE id = ?`).run(name);
    });
  }

  async *list(options?: CallOptions): AsyncGenerator<{ readonly id: string; readonly value: number }> {
    const all = this.#database.prepare("SELECT id, value FROM counters");
    for (const { id, value } of this.#transaction(options, () => all.all()))
      yield { id: String(id), value: Number(value) };
  }

  #value(id: string): number | undefined {
    const row = this.#database.prepare("SELECT value FROM counters WHERE id = ?").get(id);
    return row && Number(row["value"]);
  }

  /** What was recorded for a key when its request counted, or when it was refused to this caller. */
  #record(id: string, key: string, caller = EVERYBODY) {
    const row = this.#database
      .prepare("SELECT * FROM records WHERE id = ? AND key = ? AND caller IN ('', ?) ORDER BY caller")
      .get(id, key, caller);
    if (row === undefined) return undefined;
    const limits = parseInput(Limits, JSON.parse(String(row["limits"])), "limits");
    return { commands: String(row["commands"]), before: Number(row["before"]), limits };
  }

  #transaction<T>({ signal }: CallOptions = {}, run: () => T): T {
    checkSignal(signal);
    if (signal?.aborted === true) {
      const message = "Nothing was changed: the call was aborted before it began. Call again.";
      throw new CounterError("unavailable", message, { cause: signal.reason });
    }
    let isCommitting = false;
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const outcome = run();
      isCommitting = true;
      this.#database.exec("COMMIT");
      return outcome;
    } catch (error) {
      this.#rollBack();
      if (isCounterError(error)) throw error;
      const code = isCommitting ? "outcome-unknown" : "unavailable";
      const message = `SQLite failed: ${String(error)}. Send the request again with the same idempotency key.`;
      throw new CounterError(code, message, { cause: error });
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // Nothing had begun, or SQLite has rolled it back.
    }
  }
}
