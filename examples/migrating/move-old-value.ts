// Moves what a hand-written ADD has counted into a counter, while old writers go on. To be run again until it moves nothing.
import {
  GetItemCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { decrement, increment, type CounterStore } from "@durable-counter/core";

/** The item that old writers ADD to, and the counter that takes its place. */
export interface OldCounter {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly key: Record<string, AttributeValue>;
  /** The attribute that old writers ADD to. */
  readonly attribute: string;
  /** A store whose keys are recognised for as long as this program may be interrupted, such as a week. */
  readonly store: CounterStore;
  readonly id: string;
  readonly now?: () => number;
}

/** What is taken from the attribute and on its way to the counter: one write of the old item, so nothing is in two places. */
const TAKE = "SET moving = #old, movedAt = :now, moves = if_not_exists(moves, :zero) + :one, #old = :zero";

/** @returns how much was moved; 0 if there was nothing to move, which is final once no old writer runs */
export async function moveOldValue({ now = Date.now, ...old }: OldCounter): Promise<number> {
  const target = {
    TableName: old.tableName,
    Key: old.key,
    ExpressionAttributeNames: { "#old": old.attribute },
  };
  let item = await readOldItem(old);
  if (item["moving"] === undefined) {
    const value = Number(item[old.attribute]?.N ?? 0);
    if (value === 0) return 0;
    if (!Number.isSafeInteger(value)) throw new Error(`${old.id} is ${value}; counters hold whole numbers.`);
    const values = { ":now": { N: String(now()) }, ":zero": { N: "0" }, ":one": { N: "1" } };
    const take = { ConditionExpression: "attribute_not_exists(moving)", UpdateExpression: TAKE };
    await old.client
      .send(new UpdateItemCommand({ ...target, ...take, ExpressionAttributeValues: values }))
      .catch(ignoreFailedCondition); // An earlier run of this program took it, or an attempt whose reply was lost.
    item = await readOldItem(old);
  }
  const { moving, moves, movedAt } = item;
  if (moving?.N === undefined || moves?.N === undefined) return moveOldValue({ now, ...old }); // Another run finished it.
  const amount = Number(moving.N);
  await old.store.apply({
    id: old.id,
    commands: [amount < 0 ? decrement(-amount) : increment(amount)],
    limits: {}, // What was counted is counted.
    idempotencyKey: `${old.attribute}/move-${moves.N}`,
    issuedAt: Number(movedAt?.N),
  });
  const done = { ConditionExpression: "moves = :move", UpdateExpression: "REMOVE moving, movedAt" };
  const { Key, TableName } = target;
  const values = { ":move": moves };
  const finish = new UpdateItemCommand({ TableName, Key, ...done, ExpressionAttributeValues: values });
  await old.client.send(finish).catch(ignoreFailedCondition);
  return amount;
}

/** The whole value while both kinds of writers run: what is in the counter, on its way, and still in the attribute. */
export async function readWhole(old: OldCounter): Promise<number> {
  for (let attempt = 1; attempt <= 100; attempt++) {
    const before = await readOldItem(old);
    const counted = await old.store.get(old.id, { consistent: true });
    const { moves, moving } = await readOldItem(old);
    // While a move is under way, its amount is in the counter or not yet: wait until it is known.
    if (before["moving"] !== undefined || moving !== undefined || before["moves"]?.N !== moves?.N) continue;
    return counted + Number(before[old.attribute]?.N ?? 0);
  }
  throw new Error(`${old.id} is being moved, which was interrupted; call moveOldValue again.`);
}

async function readOldItem({ client, tableName: TableName, key: Key }: OldCounter) {
  const { Item = {} } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return Item;
}

function ignoreFailedCondition(error: unknown): void {
  if ((error as Error).name !== "ConditionalCheckFailedException") throw error;
}
