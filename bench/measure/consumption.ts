import {
  GetItemCommand,
  type CancellationReason,
  type ConditionalCheckFailedException,
  type ConsumedCapacity,
  type DynamoDBClient,
  type TransactionCanceledException,
  type TransactWriteItem,
  type TransactWriteItemsCommandInput,
} from "@aws-sdk/client-dynamodb";
import { itemSize } from "./item-size.ts";

/** The capacity that a client has consumed so far. */
export interface Consumption {
  readonly writeUnits: number;
}

const READS = /^(Get|BatchGet|TransactGet|Query|Scan)/u;
const UNIT_BYTES = 1_024;
const UNITS_IN_TRANSACTIONS = 2;

/**
 * Adds up the write units that a client consumes from now on. The engine reports those of a single write. It does not report
 * those of a refused conditional write, and reports those of a transaction wrongly (DynamoDB Local 1.25). They are computed
 * from the sizes of the items, which are read before and after: do not measure latencies meanwhile, and do not write with
 * another client.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 *
 * @param reader another client, which reads the sizes
 */
export function watchConsumption(client: DynamoDBClient, reader: DynamoDBClient): Consumption {
  const consumption = { writeUnits: 0 };
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        if (READS.test(commandName)) return next(args);
        // What the command of that name is given.
        const { TransactItems: parts } = args.input as Partial<TransactWriteItemsCommandInput>;
        const before = parts && (await sizesOf(parts, reader));
        try {
          const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
          consumption.writeUnits += before
            ? unitsOfTransaction(before, await sizesOf(parts, reader))
            : unitsOf(result.output);
          return result;
        } catch (error) {
          consumption.writeUnits += unitsOfRefusal(error);
          throw error;
        }
      },
    { step: "initialize", name: "watchConsumption" },
  );
  return consumption;
}

function unitsOf(output: object): number {
  const { ConsumedCapacity: consumed } = output as { ConsumedCapacity?: ConsumedCapacity }; // of a single write
  return consumed?.CapacityUnits ?? 0;
}

/** The bytes that each part of a transaction is about. */
function sizesOf(parts: readonly TransactWriteItem[], reader: DynamoDBClient): Promise<readonly number[]> {
  return Promise.all(
    parts.map(async ({ Put: put, ...part }) => {
      if (put !== undefined) return itemSize(put.Item ?? {});
      const { TableName, Key } = part.Update ?? part.ConditionCheck ?? part.Delete ?? {};
      const { Item: item } = await reader.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return itemSize(item);
    }),
  );
}

/** An item is paid for by its size before or after, whichever is larger. */
function unitsOfTransaction(before: readonly number[], after: readonly number[]): number {
  return before.reduce((sum, bytes, part) => sum + unitsInTransaction(Math.max(bytes, after[part] ?? 0)), 0);
}

function unitsOfRefusal(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  switch (error.name) {
    case "ConditionalCheckFailedException":
      return units(itemSize((error as ConditionalCheckFailedException).Item));
    case "TransactionCanceledException":
      return ((error as TransactionCanceledException).CancellationReasons ?? []).reduce(
        (sum, { Item: item }: CancellationReason) => sum + unitsInTransaction(itemSize(item)),
        0,
      );
    default:
      return 0;
  }
}

function unitsInTransaction(bytes: number): number {
  return UNITS_IN_TRANSACTIONS * units(bytes);
}

function units(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / UNIT_BYTES));
}
