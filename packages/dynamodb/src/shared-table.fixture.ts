import {
  PutItemCommand,
  ScanCommand,
  type AttributeValue,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

/** How a table for all kinds of items is often keyed. */
export const keys = { partition: "PK", sort: "SK", prefix: "COUNTER#", timeToLive: "ttl" } as const;

const text = (attributes: Readonly<Record<string, string>>): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(attributes).map(([name, S]) => [name, { S }]));

/** What others keep in the table: also under a counter's id, and under sort keys as counters have. */
const OTHERS: readonly Record<string, AttributeValue>[] = [
  text({ PK: "USER#1", SK: "PROFILE", name: "Ada" }),
  { ...text({ PK: "USER#1", SK: "value" }), value: { N: "7" }, fence: { N: "0" } },
  { ...text({ PK: "USER#a", SK: "value/4/1" }), value: { N: "7" }, ttl: { N: "1" } },
  { ...text({ PK: "FOREIGN#a", SK: "value" }), value: { N: "7" } },
  text({ PK: "COUNTER#a", SK: "NOTE", note: "beside a counter" }),
  text({ PK: "COUNTER#a", SK: "value/notes", note: "beside a counter" }),
  text({ PK: "COUNTER#a", SK: "k#notes", note: "beside a counter" }),
  text({ PK: "COUNTER#a", SK: "windows/notes", note: "beside a counter" }),
  text({ PK: "COUNTER#a", SK: "k#owned", owner: "ada" }),
  text({ PK: "COUNTER#a", SK: "k#owned-too", owner: "value" }),
  text({ PK: "COUNTER#a", SK: "k#0123456789abcdef", owner: "ada" }),
  { ...text({ PK: "COUNTER#a", SK: "k#numbered" }), owner: { N: "7" } },
  { ...text({ PK: "COUNTER#a", SK: "value/fenced" }), fence: { N: "7" } },
  { ...text({ PK: "USER#1", SK: "windows/hour" }), fence: { N: "0" }, "w#4104000000": { N: "7" } },
  { ...text({ PK: "USER#1", SK: "windows/day UTC" }), fence: { N: "0" }, "w#0": { N: "7" } },
];

export async function putOthers(client: DynamoDBClient, tableName: string): Promise<void> {
  for (const Item of OTHERS) await client.send(new PutItemCommand({ TableName: tableName, Item }));
}

/** What others have in the table now, which is as it was as long as nothing is lost. */
export async function othersIn(client: DynamoDBClient, tableName: string) {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName, ConsistentRead: true }));
  const isOther = (item: Record<string, AttributeValue>) =>
    OTHERS.some(({ PK, SK }) => PK?.S === item["PK"]?.S && SK?.S === item["SK"]?.S);
  const byName = ([one]: [string, unknown], [other]: [string, unknown]) => (one < other ? -1 : 1);
  const inOrder = (items: readonly Record<string, AttributeValue>[]) =>
    items.map((item) => JSON.stringify(Object.entries(item).toSorted(byName))).toSorted();
  return { found: inOrder(Items.filter(isOther)), expected: inOrder(OTHERS) };
}
