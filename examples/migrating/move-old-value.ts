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
const TAKE =
  "SET #moving = #old, #movedAt = :now, #moves = if_not_exists(#moves, :zero) + :one, #old = :zero";

/** What the old item has of a move. An item may have several attributes, each moved to a counter of its own. */
const namesOf = ({ attribute }: OldCounter) => ({
  "#moving": `${attribute}-moving`,
  "#moves": `${attribute}-moves`,
  "#movedAt": `${attribute}-movedAt`,
});

/** @returns how much was moved; 0 if there was nothing to move, which is final once no old writer runs */
export async function moveOldValue({ now = Date.now, ...old }: OldCounter): Promise<number> {
  const target = { TableName: old.tableName, Key: old.key };
  let item = await readOldItem(old);
  if (item.moving === undefined) {
    const value = item.old?.N ?? "0";
    if (Number(value) === 0) return 0;
    // A fraction may be finer than a JavaScript number shows.
    if (!Number.isSafeInteger(Number(value)) || value.includes("."))
      throw new Error(`${old.id} is ${value}; counters hold whole numbers.`);
    const take = new UpdateItemCommand({
      ...target,
      ConditionExpression: "attribute_not_exists(#moving)",
      UpdateExpression: TAKE,
      ExpressionAttributeNames: { ...namesOf(old), "#old": old.attribute },
      ExpressionAttributeValues: { ":now": { N: String(now()) }, ":zero": { N: "0" }, ":one": { N: "1" } },
    });
    // An earlier run of this program may have taken it, or an attempt whose reply was lost.
    await old.client.send(take).catch(ignoreFailedCondition);
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
  const finish = new UpdateItemCommand({
    ...target,
    ConditionExpression: "#moves = :move",
    UpdateExpression: "REMOVE #moving, #movedAt",
    ExpressionAttributeNames: namesOf(old),
    ExpressionAttributeValues: { ":move": moves },
  });
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
    if (before.moving !== undefined || moving !== undefined || before.moves?.N !== moves?.N) continue;
    return counted + Number(before.old?.N ?? 0);
  }
  throw new Error(`${old.id} is being moved, which was interrupted; call moveOldValue again.`);
}

async function readOldItem(old: OldCounter) {
  const { client, tableName: TableName, key: Key, attribute } = old;
  const { Item = {} } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  const { "#moving": moving, "#moves": moves, "#movedAt": movedAt } = namesOf(old);
  return { old: Item[attribute], moving: Item[moving], moves: Item[moves], movedAt: Item[movedAt] };
}

function ignoreFailedCondition(error: unknown): void {
  if ((error as Error).name !== "ConditionalCheckFailedException") throw error;
}
