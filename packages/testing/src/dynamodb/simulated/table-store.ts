import { Stream } from "node:stream";

/** Attributes as DynamoDB's protocol writes them. */
export type StoredItem = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A table's description, as far as the engine reads it. */
export interface TableDescription {
  readonly TableName: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
  readonly TableStatus: string;
}

type Callback<T = undefined> = (error: unknown, value?: T) => void;

/** Which items of a table a query or a scan reads, by their internal keys, and in which order. */
interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  /** -1 for all. */
  readonly limit?: number;
}

/**
 * The part of dynalite's storage interface that its actions use, in memory. Every callback is called before the
 * function returns, so that a request is carried out at once and no other comes between.
 */
export interface ItemTable {
  get(key: string, done: Callback<StoredItem>): void;
  put(key: string, item: StoredItem, done: Callback): void;
  del(key: string, done: Callback): void;
  createValueStream(range: Range): Stream;
  lock(key: string, run: (release: <T>(done: T) => T) => void): void;
  /** The item itself, for what dynalite has no action for. */
  peek(key: string): StoredItem | undefined;
  /** Puts back what was there, or nothing. */
  restore(key: string, item: StoredItem | undefined): void;
  entries(): IterableIterator<[string, StoredItem]>;
}

/** What dynalite's actions are given as their store. */
export interface TableStore {
  readonly options: { readonly maxItemSize: number };
  readonly tables: ReadonlyMap<string, TableDescription>;
  addTable(table: TableDescription): void;
  removeTable(name: string): void;
  getTable(
    name: string,
    checkStatus: boolean | Callback<TableDescription>,
    done?: Callback<TableDescription>,
  ): void;
  getItemDb(name: string): ItemTable;
  /** Hands out what queries have asked for since; dynalite listens only after it has asked. */
  flushStreams(): void;
}

/** DynamoDB's limit, in bytes. */
const MAX_ITEM_SIZE = 400 * 1_024;

// Made once: the stack of an error that says "nothing there" would cost more than the look-up.
const NOT_FOUND = Object.assign(new Error("Not found."), { name: "NotFoundError" });

/** What is wrong with an item that is about to be written, if something is; `before` is the item that it replaces. */
type Check = (item: StoredItem, before: StoredItem | undefined) => unknown;

export function createTableStore(check: Check): TableStore {
  const tables = new Map<string, TableDescription>();
  const contents = new Map<string, ItemTable>();
  const streams: (() => void)[] = [];
  return {
    options: { maxItemSize: MAX_ITEM_SIZE },
    tables,
    addTable: (table) => void tables.set(table.TableName, table),
    removeTable(name) {
      tables.delete(name);
      contents.delete(name);
    },
    getTable(name, checkStatus, done) {
      const callback = typeof checkStatus === "function" ? checkStatus : done;
      const table = tables.get(name);
      if (table !== undefined) callback?.(null, table);
      else callback?.(tableNotFound(checkStatus === false ? name : undefined));
    },
    getItemDb(name) {
      const existing = contents.get(name);
      if (existing !== undefined) return existing;
      const created = createItemTable(check, (flush) => streams.push(flush));
      contents.set(name, created);
      return created;
    },
    flushStreams() {
      for (const flush of streams.splice(0)) flush();
    },
  };
}

/** @param name for a request about the table itself, whose refusal names it */
export function tableNotFound(name?: string) {
  const message = "Requested resource not found";
  return {
    statusCode: 400,
    body: {
      __type: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
      message: name === undefined ? message : `${message}: Table: ${name} not found`,
    },
  };
}

function createItemTable(check: Check, onStream: (flush: () => void) => void): ItemTable {
  const items = new Map<string, StoredItem>();
  let sorted: readonly string[] | undefined;
  const set = (key: string, item: StoredItem) => {
    if (!items.has(key)) sorted = undefined;
    items.set(key, item);
  };
  const remove = (key: string) => {
    if (items.delete(key)) sorted = undefined;
  };
  const keysIn = ({ gt, gte, lt, lte, reverse = false, limit = -1 }: Range) => {
    sorted ??= [...items.keys()].toSorted();
    const keys = sorted.filter(
      (key) =>
        (gt === undefined || key > gt) &&
        (gte === undefined || key >= gte) &&
        (lt === undefined || key < lt) &&
        (lte === undefined || key <= lte),
    );
    if (reverse) keys.reverse();
    return limit === -1 ? keys : keys.slice(0, limit);
  };
  return {
    get(key, done) {
      const item = items.get(key);
      if (item === undefined) done(NOT_FOUND);
      else done(null, item);
    },
    put(key, item, done) {
      const problem = check(item, items.get(key));
      if (problem !== undefined) return done(problem);
      set(key, copied(item));
      done(null);
    },
    del(key, done) {
      remove(key);
      done(null);
    },
    createValueStream(range) {
      // dynalite takes any other emitter for one of an old Node, and would see every item twice.
      const stream = Object.assign(new Stream(), { destroy: () => (isOpen = false) });
      let isOpen = true;
      onStream(() => {
        for (const key of keysIn(range)) if (isOpen) stream.emit("data", items.get(key));
        stream.emit("end");
      });
      return stream;
    },
    lock: (_key, run) => run((done) => done),
    peek: (key) => items.get(key),
    restore(key, item) {
      if (item === undefined) remove(key);
      else set(key, item);
    },
    entries: () => items.entries(),
  };
}

/** An update may have put one operand into two places; in a table they are two. */
function copied(item: StoredItem): StoredItem {
  return JSON.parse(JSON.stringify(item)) as StoredItem; // JSON is what it came as
}
