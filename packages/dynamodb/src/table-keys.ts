import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { inputIssue, parseInput, parser, rule, strictObject, type Parser } from "@durable-counter/core";
import { attributes, RESERVED_PREFIXES } from "./item-schema.ts";

/**
 * How the keys of a table are named that people already have. Give the same to all stores of a table, except for `prefix`:
 * stores with different prefixes share a table, if none of the prefixes begins with another.
 */
export interface TableKeysOptions {
  /** The name of the partition key, a text; by default `id`. */
  readonly partition?: string | undefined;
  /** The name of the sort key, a text; by default `sk`. */
  readonly sort?: string | undefined;
  /** Begins the partition key of every item, before the counter's id: up to 1,024 bytes; by default nothing. */
  readonly prefix?: string | undefined;
  /** The attribute by which DynamoDB deletes expired items; by default `expiresAt`. */
  readonly timeToLive?: string | undefined;
}

/** How a table names its keys, bound once in the configuration of a store. */
export interface TableKeys {
  readonly partition: string;
  readonly sort: string;
  readonly prefix: string;
  readonly timeToLive: string;
  /**
   * Whether others keep items in the table as well. Each item of a counter then has a fence from the start, by which it is
   * told from an item of theirs under the same key.
   */
  readonly isShared: boolean;
  /** The names of all attributes, by what stands for them in expressions, such as `#value`. */
  readonly names: Readonly<Record<string, string>>;
}

const DEFAULTS = { partition: "id", sort: "sk", prefix: "", timeToLive: "expiresAt" };

/** DynamoDB allows 255 bytes for the name of a key. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_NAME_BYTES = 255;
/** DynamoDB allows 2,048 bytes for a partition key, of which an id of 256 characters takes up to 1,024. */
const MAX_PREFIX_BYTES = 1_024;

const RESERVED: ReadonlySet<string> = new Set(Object.values(attributes));

const isReserved = (name: string) =>
  RESERVED.has(name) || RESERVED_PREFIXES.some((each) => name.startsWith(each));

const attributeName: Parser<string> = (name, issues) => {
  if (typeof name !== "string" || name === "" || Buffer.byteLength(name) > MAX_NAME_BYTES)
    issues.push(inputIssue(name, `pass the name of an attribute, 1 to ${MAX_NAME_BYTES} bytes`));
  else if (isReserved(name)) {
    const remedy = `pass another name, because counters have attributes named ${Array.from(RESERVED).join(", ")}, and names that begin with ${RESERVED_PREFIXES.join(", ")}`;
    issues.push(inputIssue(name, remedy));
  }
  return name as string; // or an issue says that it is none
};

const prefix = parser<string>(
  (text) =>
    typeof text === "string" &&
    !/[\p{C}\p{Zl}\p{Zp}]/u.test(text) &&
    Buffer.byteLength(text) <= MAX_PREFIX_BYTES,
  `pass up to ${MAX_PREFIX_BYTES} bytes of printable characters`,
);

/** Parser of {@link TableKeysOptions}. */
export const tableKeysParser = strictObject<TableKeysOptions>(
  {},
  { partition: attributeName, sort: attributeName, prefix, timeToLive: attributeName },
  [
    rule((options) => {
      const { partition, sort, timeToLive } = { ...DEFAULTS, ...options };
      return new Set([partition, sort, timeToLive]).size === 3;
    }, `pass different names; by default they are "${DEFAULTS.partition}", "${DEFAULTS.sort}" and "${DEFAULTS.timeToLive}"`),
  ],
);

/** Binds the names of a table's keys to their defaults. */
export function tableKeys(options: TableKeysOptions = {}): TableKeys {
  const {
    partition = DEFAULTS.partition,
    sort = DEFAULTS.sort,
    prefix = DEFAULTS.prefix,
    timeToLive = DEFAULTS.timeToLive,
  } = options;
  const isShared = partition !== DEFAULTS.partition || sort !== DEFAULTS.sort || prefix !== DEFAULTS.prefix;
  const known = { ...attributes, id: partition, sortKey: sort, expiresAt: timeToLive };
  const names = Object.fromEntries(Object.entries(known).map(([name, attribute]) => [`#${name}`, attribute]));
  return { partition, sort, prefix, timeToLive, isShared, names };
}

/**
 * The names of a table's keys from what a caller passes beside the name of the table.
 *
 * @throws CounterError `invalid-input`
 */
export function parseTableKeys(options: { readonly keys?: TableKeysOptions | undefined }): TableKeys {
  const optionsParser = strictObject<typeof options>({}, { keys: tableKeysParser });
  return tableKeys(parseInput(optionsParser, options, "options").keys);
}

interface Keyed {
  readonly keys: TableKeys;
}

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Which of a counter's items. */
export interface CounterKey {
  readonly id: string;
  readonly sortKey: string;
}

/** The primary key of one of a counter's items. */
export function itemKey({ keys }: Keyed, { id, sortKey }: CounterKey) {
  return { [keys.partition]: { S: keys.prefix + id }, [keys.sort]: { S: sortKey } };
}

/** Where one of a counter's items is, for a request about it. */
export function itemAt(table: Keyed & { readonly tableName: string }, key: CounterKey) {
  return { TableName: table.tableName, Key: itemKey(table, key) };
}

/** The id of the counter that an item belongs to. */
export function idOf({ keys }: Keyed, item: Attributes): string {
  return (item[keys.partition]?.S ?? "").slice(keys.prefix.length);
}

/** Which of a counter's items an item is. */
export function sortKeyOf({ keys }: Keyed, item: Attributes): string {
  return item[keys.sort]?.S ?? "";
}
