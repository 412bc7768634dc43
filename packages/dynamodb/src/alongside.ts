import type { AttributeValue, CancellationReason, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { arrayParser, CounterError, isObject, parseInput, parser } from "@durable-counter/core";
import type { Item, Table } from "./read-item.ts";
import { isCounterSortKey } from "./item-schema.ts";
import { quoted } from "./named.ts";
import { hasConditionFailed } from "./aws-errors.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MAX_ACTIONS = 100;

const alongsideParser = /* @__PURE__ */ arrayParser(
  /* @__PURE__ */ parser<TransactWriteItem>(
    (item) => writeOf(item) !== undefined,
    'pass an object with one of "Put", "Update", "Delete" and "ConditionCheck"',
  ),
  [0, Infinity],
  "pass an array of items of TransactWriteItems",
);

/** The fields of a write that tell which item it is about. */
interface Write {
  readonly TableName?: string | undefined;
  readonly Key?: Record<string, AttributeValue> | undefined;
  readonly Item?: Record<string, AttributeValue> | undefined;
}

/** What an item of a transaction does; undefined if that is not one thing. */
function writeOf(input: unknown): Write | undefined {
  if (!isObject(input)) return undefined;
  const { Put, Update, Delete, ConditionCheck }: TransactWriteItem = input;
  const writes = [Put, Update, Delete, ConditionCheck].filter((write) => write !== undefined);
  const [write] = writes;
  return writes.length === 1 && isObject(write) ? write : undefined;
}

/**
 * Checks the writes that a caller adds to a transaction. DynamoDB checks the rest.
 *
 * @param entries how many counters the transaction changes
 * @throws CounterError `invalid-input` for something else than writes, for too many, and for one to a counter's own item
 */
export function parseAlongside(
  { tableName, keys }: Pick<Table, "tableName" | "keys">,
  entries: number,
  input: unknown = [],
): readonly TransactWriteItem[] {
  const alongside = parseInput(alongsideParser, input, "options.alongside");
  if (entries + alongside.length > MAX_ACTIONS) {
    throw new CounterError(
      "invalid-input",
      `options.alongside is an array of ${alongside.length} beside ${entries} entries, and a transaction has at most ${MAX_ACTIONS} actions; pass at most ${MAX_ACTIONS - entries}.`,
    );
  }
  for (const [index, item] of alongside.entries()) {
    const { TableName = "", Key, Item } = writeOf(item) ?? {};
    const { [keys.partition]: id, [keys.sort]: sortKey } = Key ?? Item ?? {};
    const isCounters = id?.S?.startsWith(keys.prefix) === true && isCounterSortKey(sortKey?.S ?? "");
    if (!isCounters || nameOf(TableName) !== nameOf(tableName)) continue;
    throw new CounterError(
      "invalid-input",
      `options.alongside[${index}] is about the item ${quoted({ [keys.partition]: id, [keys.sort]: sortKey })} in table "${tableName}", which belongs to a counter; change counters by request.entries.`,
    );
  }
  return alongside;
}

/** The name of a table that is given by its name or its ARN. */
function nameOf(table: string): string {
  return table.split("/")[1] ?? table;
}

/** A write of the caller's own whose condition failed. */
export interface RefusingWrite {
  /** In `alongside`. */
  readonly index: number;
  /** As it was, if the write asks for it. */
  readonly item: Item | undefined;
}

/** The first of the caller's own writes whose condition failed. */
export function refusingWrite(reasons: readonly CancellationReason[]): RefusingWrite | undefined {
  const index = reasons.findIndex(hasConditionFailed);
  return index === -1 ? undefined : { index, item: reasons[index]?.Item };
}

/** The error of a request that a write of the caller's own refused. The item is not known any more where it was refused before. */
export function refusedAlongside(index: number, item?: Item): CounterError {
  return new CounterError(
    "limit-exceeded",
    `options.alongside[${index}] was refused by its condition, and with it the whole request: no counter was changed.`,
    { details: { alongside: index, ...(item !== undefined && { item }) } },
  );
}

/** What an error of the whole transaction says of the caller's own writes, if the counters' table is as it should be. */
const FAULTS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["ResourceNotFoundException", "a write to a table that does not exist in this region and account"],
  ["ValidationException", "a write that DynamoDB does not take"],
]);

/**
 * The error for a write of the caller's own that DynamoDB does not take; undefined if the error is about something else. Without
 * `details`, it may be about the counters' table as well.
 */
export function invalidAlongside(
  error: unknown,
  reasons: readonly CancellationReason[],
  { length }: readonly TransactWriteItem[],
): CounterError | undefined {
  const index = reasons.findIndex(({ Code = "None" }) => Code !== "None");
  const { name, message } = error as Error; // the AWS SDK throws nothing else
  if (index !== -1) {
    const { Code, Message } = reasons[index] ?? {};
    return new CounterError(
      "invalid-input",
      `options.alongside[${index}] was not written, and no counter was changed: ${Code}: ${Message}. Pass a write that DynamoDB takes.`,
      { cause: error, details: { alongside: index } },
    );
  }
  const fault = FAULTS.get(name);
  if (fault === undefined || length === 0) return undefined;
  return new CounterError(
    "invalid-input",
    `options.alongside has ${fault}, and no counter was changed: ${message.replace(/\.?$/u, ".")} Pass writes that TransactWriteItems takes, each to another item.`,
    { cause: error },
  );
}
