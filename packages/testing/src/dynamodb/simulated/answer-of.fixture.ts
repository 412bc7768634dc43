import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type DynamoDBClient,
  type TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";

/** A request of the differential test: its command is made anew for every engine and every table. */
export interface RandomRequest {
  readonly operation: keyof typeof COMMANDS;
  readonly input: (tableName: string) => object;
}

/** The commands by their operations. */
const COMMANDS = {
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  DeleteItem: DeleteItemCommand,
  Query: QueryCommand,
  Scan: ScanCommand,
  BatchGetItem: BatchGetItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
  TransactWriteItems: TransactWriteItemsCommand,
  TransactGetItems: TransactGetItemsCommand,
};

/** What a client sees of a reply; of a refusal, its kind and what it shows, but not its words. */
export async function answerOf(
  client: DynamoDBClient,
  { operation, input }: RandomRequest,
  tableName: string,
): Promise<unknown> {
  // The union of all commands cannot be constructed; each is given what was made for it.
  const Command = COMMANDS[operation] as unknown as new (input: object) => UpdateItemCommand;
  try {
    const { $metadata: _, ConsumedCapacity: __, ...reply } = await client.send(new Command(input(tableName)));
    return canonical(reply, operation === "Scan" || operation === "BatchGetItem");
  } catch (error) {
    const { name, Item, CancellationReasons } = error as Partial<TransactionCanceledException> & {
      Item?: object;
    };
    const reasons = CancellationReasons?.map((reason) => ({ code: reason.Code, item: reason.Item }));
    // DynamoDB reports what is invalid about an item as a reason, DynamoDB Local sometimes as the whole error.
    if (reasons?.some(({ code }) => code === "ValidationError")) return { error: "ValidationException" };
    return canonical({ error: name, Item, reasons }, false);
  }
}

/**
 * The same for equal values: sets come in no order, and neither do the items of some operations. DynamoDB Local does
 * not tell where a page ends if the last item of a range ends it, and answers 1.5 + 1.5 as 3.0, where DynamoDB trims the zero.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function canonical(value: unknown, sortsLists: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((each) => canonical(each, sortsLists));
    return sortsLists || items.every((each) => typeof each === "string")
      ? items.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, each]) => key !== "LastEvaluatedKey" && each !== undefined,
  );
  return Object.fromEntries(
    entries
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [
        key,
        key === "N" && typeof each === "string" ? withoutTrailingZeros(each) : canonical(each, sortsLists),
      ]),
  );
}

function withoutTrailingZeros(number: string): string {
  return number.includes(".") ? number.replace(/\.?0+$/u, "") : number;
}
