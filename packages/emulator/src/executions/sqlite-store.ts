import { existsSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ExecutionStart, ExecutionStore, ExecutionSummary, JournalEntry } from "./journal.ts";

/** Marks a file as ours. SQLite keeps the number in the file's header. */
const APPLICATION_ID = 0x44_43_45_4d;
const FORMAT = 1;

const SCHEMA = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  CREATE TABLE execution (
    number INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    start TEXT NOT NULL,
    status TEXT NOT NULL,
    endedAt INTEGER
  ) STRICT;
  CREATE TABLE journal (
    number INTEGER PRIMARY KEY,
    execution INTEGER NOT NULL REFERENCES execution,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE INDEX journalOfExecution ON journal (execution);
`;

/**
 * Keeps executions in a file of SQLite. What has been appended survives the death of the emulator at any moment: it has
 * been handed to the operating system before the call returns.
 */
export class SqliteStore implements ExecutionStore {
  readonly #database: DatabaseSync;
  readonly #start: StatementSync;
  readonly #append: StatementSync;
  readonly #end: StatementSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#start = database.prepare("INSERT INTO execution (arn, start, status) VALUES (?, ?, 'RUNNING')");
    this.#append = database.prepare(
      "INSERT INTO journal (execution, entry) SELECT number, ? FROM execution WHERE arn = ?",
    );
    this.#end = database.prepare("UPDATE execution SET status = ?, endedAt = ? WHERE arn = ?");
  }

  /**
   * Opens a file, or creates it.
   *
   * @throws Error for a file that is not ours, or that another emulator uses
   */
  static async open(file: string): Promise<SqliteStore> {
    const { DatabaseSync } = await importSqlite();
    const isNew = !existsSync(file);
    const database = openFile(DatabaseSync, file);
    try {
      // The lock is held until the store is closed: two emulators must not continue the same executions.
      database.exec("PRAGMA locking_mode = EXCLUSIVE");
      if (!isNew) checkFormat(database, file);
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE");
      if (readNumber(database, "application_id") === 0) database.exec(SCHEMA);
      database.exec("COMMIT");
      return new SqliteStore(database);
    } catch (error) {
      database.close();
      throw openError(error, file);
    }
  }

  list(): readonly ExecutionSummary[] {
    const rows = this.#database.prepare("SELECT start, status, endedAt FROM execution ORDER BY number").all();
    return rows.map(({ start, status, endedAt }) => {
      const { arn, functionName, executionName, startedAt } = parseStart(start);
      const ended = endedAt === null ? {} : { endedAt: Number(endedAt) };
      const known = status as ExecutionSummary["status"]; // written by this class
      return { arn, functionName, executionName, startedAt, status: known, ...ended };
    });
  }

  start(start: ExecutionStart): void {
    this.#start.run(start.arn, JSON.stringify(start));
  }

  append(arn: string, entry: JournalEntry): void {
    if (entry.kind !== "ended") {
      this.#append.run(JSON.stringify(entry), arn);
      return;
    }
    this.#database.exec("BEGIN");
    this.#append.run(JSON.stringify(entry), arn);
    this.#end.run(entry.status, entry.at, arn);
    this.#database.exec("COMMIT");
  }

  read(arn: string): { start: ExecutionStart; journal: readonly JournalEntry[] } | undefined {
    const found = this.#database.prepare("SELECT number, start FROM execution WHERE arn = ?").get(arn);
    if (found === undefined) return undefined;
    const entries = this.#database.prepare("SELECT entry FROM journal WHERE execution = ? ORDER BY number");
    const journal = entries.all(found["number"] ?? null).map(({ entry }) => parseEntry(entry));
    return { start: parseStart(found["start"]), journal };
  }

  close(): void {
    this.#database.close();
  }
}

/** @throws Error for a name that no file can be written under */
function openFile(Database: typeof DatabaseSync, file: string): DatabaseSync {
  try {
    return new Database(file);
  } catch (cause) {
    const message = `The data file ${JSON.stringify(file)} cannot be opened or created; pass the name of a file in a folder that exists and can be written.`;
    throw new Error(message, { cause });
  }
}

function parseStart(text: unknown): ExecutionStart {
  return JSON.parse(String(text)) as ExecutionStart; // written by this class
}

function parseEntry(text: unknown): JournalEntry {
  return JSON.parse(String(text)) as JournalEntry; // written by this class
}

async function importSqlite(): Promise<typeof import("node:sqlite")> {
  try {
    return await import("node:sqlite");
  } catch (cause) {
    const message = `Keeping executions in a file needs Node 22.13 or later; this is ${process.version}. Leave the file out, or update Node.`;
    throw new Error(message, { cause });
  }
}

function checkFormat(database: DatabaseSync, file: string): void {
  const application = readNumber(database, "application_id");
  const tables = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.["tables"];
  if (application !== APPLICATION_ID && !(application === 0 && tables === 0)) throw foreign(file);
  const format = readNumber(database, "user_version");
  if (application === APPLICATION_ID && format !== FORMAT) {
    throw new Error(
      `The data file ${JSON.stringify(file)} has format ${format}, this emulator writes format ${FORMAT}; use another file.`,
    );
  }
}

function readNumber(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}

function openError(error: unknown, file: string): unknown {
  const { errstr = "", errcode } = Object(error) as { errstr?: string; errcode?: number }; // of an error of SQLite
  const NOT_A_DATABASE = 26;
  const BUSY = 5;
  if (errcode === NOT_A_DATABASE) return foreign(file, error);
  if (errcode === BUSY) {
    const message = `The data file ${JSON.stringify(file)} is used by another emulator; stop it, or use another file.`;
    return new Error(message, { cause: error });
  }
  if (errcode === undefined) return error;
  return new Error(`The data file ${JSON.stringify(file)} cannot be opened: ${errstr}.`, { cause: error });
}

function foreign(file: string, cause?: unknown): Error {
  return new Error(
    `The data file ${JSON.stringify(file)} was not written by this emulator; pass the name of a new file.`,
    { cause },
  );
}
