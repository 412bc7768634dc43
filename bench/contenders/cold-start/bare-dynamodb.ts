import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient();
const TableName = process.env["TABLE_NAME"] ?? "counters";
const key = (id: string) => ({ id: { S: id }, sk: { S: "value" } });

export interface BareEvent {
  readonly type: keyof typeof operations;
  readonly id: string;
  readonly amount: number;
}

const adding = ({ id, amount }: BareEvent) => ({
  TableName,
  Key: key(id),
  UpdateExpression: "ADD #value :amount",
  ExpressionAttributeNames: { "#value": "value" },
  ExpressionAttributeValues: { ":amount": { N: String(amount) } },
});

/** The commands that the store sends, without its guarantees. */
const operations = {
  add: (event: BareEvent) => client.send(new UpdateItemCommand(adding(event))),
  addOnce: (event: BareEvent) => {
    const Item = { id: { S: event.id }, sk: { S: "idempotencyKey" } };
    return client.send(
      new TransactWriteItemsCommand({
        TransactItems: [{ Update: adding(event) }, { Put: { TableName, Item } }],
      }),
    );
  },
  get: ({ id }: BareEvent) => client.send(new GetItemCommand({ TableName, Key: key(id) })),
  delete: async ({ id }: BareEvent) => {
    await client.send(new DeleteItemCommand({ TableName, Key: key(id) }));
    return client.send(
      new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ DeleteRequest: { Key: key(id) } }] } }),
    );
  },
  parts: ({ id }: BareEvent) =>
    all(
      paginateQuery(
        { client },
        { TableName, KeyConditionExpression: "id = :id", ExpressionAttributeValues: { ":id": { S: id } } },
      ),
    ),
  list: () => all(paginateScan({ client }, { TableName })),
};

/** The equivalent of 02 without these packages. */
export async function handler(event: BareEvent): Promise<unknown> {
  return operations[event.type](event);
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(page);
  return found;
}
