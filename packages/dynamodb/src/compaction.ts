import { TransactWriteItemsCommand, UpdateItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { itemKey, type CounterKey, type Item } from "./counter-item.ts";
import { putMarker } from "./key-item.ts";
import { GRACE_SECONDS, sealOf } from "./write-fence.ts";
import type { StoreMemory } from "./cache.ts";
import { attributes } from "./table.ts";
import { isKeyAttribute, readRecord } from "./idempotency-record.ts";

/** More than come between two clean-ups, so that a backlog shrinks; below DynamoDB's 300 operators an expression. */
const FORGOTTEN_AT_ONCE = 100;

/** A transaction has at most 100 items, and one of them is the counter's. */
const MOVED_AT_ONCE = 99;

/** From here on a write that pays for the whole item, a unit a KB, is dearer than a transaction over two small ones. */
const MANY_TOKENS = 96;

/** Writers in a burst would overtake each other's transactions; it is paid for while it lasts. */
const BURST_SECONDS = 30;

/** A burst that goes beyond is moved all the same: an item is full at some 12,800. */
const TOO_MANY_TOKENS = 4_000;

/** Leaves the item within a KB. */
const FEW_TOKENS = 24;

/** An engine without transactions, or a role without the permissions: then keys stay where they are. */
const NO_TRANSACTIONS = new Set(["UnknownOperationException", "AccessDeniedException"]);

/**
 * Whether the write under this idempotency key attribute is one that looks after the keys of its counter: one in 32, for the
 * attribute ends in a base64url digit of a hash. Derived from the idempotency key, so that short-lived processes take part.
 */
export function startsCompaction(keyAttribute: string): boolean {
  return keyAttribute.endsWith("A") || keyAttribute.endsWith("g");
}

/**
 * Looks after the keys in an item: forgets those that have expired, and where too many are live moves them out, if
 * the strategy allows. Fails in silence: the count stands whatever becomes of this, and the next one will find the
 * same keys.
 *
 * @returns whether the item is smaller now, by us or by somebody else
 */
export async function tidy(
  key: CounterKey,
  item: Item,
  { nowSeconds, memory, mayMove }: { nowSeconds: number; memory: StoreMemory; mayMove: boolean },
): Promise<boolean> {
  const keys = Object.entries(item).filter(([name]) => isKeyAttribute(name));
  const isExpired = ([, stamp]: IdempotencyKey) => expiryOf(stamp) < nowSeconds - GRACE_SECONDS;
  const expired = keys.filter(isExpired).slice(0, FORGOTTEN_AT_ONCE);
  const forgotten = expired.length > 0 && (await forget(key, expired));
  const live = keys.filter((idempotencyKey) => !isExpired(idempotencyKey));
  if (!mayMove || !memory.canTransact || live.length <= MANY_TOKENS || isBurst(live)) return forgotten;
  return (await moveOut(key, item, live, memory)) || forgotten;
}

type IdempotencyKey = [name: string, stamp: AttributeValue];

/** Whether so many keys came within a short time only. */
function isBurst(live: readonly IdempotencyKey[]): boolean {
  if (live.length > TOO_MANY_TOKENS) return false;
  const expiries = live.map(([, stamp]) => expiryOf(stamp));
  return Math.max(...expiries) - Math.min(...expiries) < BURST_SECONDS;
}

function expiryOf(stamp: AttributeValue): number {
  return readRecord(stamp)?.expiresAt ?? Infinity;
}

/** Each is removed only as it was read: an idempotency key that was used anew in between stays. */
async function forget(key: CounterKey, expired: readonly IdempotencyKey[]): Promise<boolean> {
  const command = new UpdateItemCommand({ TableName: key.tableName, Key: itemKey(key), ...removal(expired) });
  return key.client.send(command).then(
    () => true,
    (error: unknown) => error instanceof Error && error.name === "ConditionalCheckFailedException",
  );
}

/**
 * Moves live keys into markers and seals the item, so that plain updates, which would not see the markers, keep off
 * it until the last has expired. One transaction for up to 99: at no instant is an idempotency key in neither place.
 */
async function moveOut(
  key: CounterKey,
  item: Item,
  live: readonly IdempotencyKey[],
  memory: StoreMemory,
): Promise<boolean> {
  let seal = sealOf(item);
  let hasMoved = false;
  for (let left = live; left.length > FEW_TOKENS; left = left.slice(MOVED_AT_ONCE)) {
    const moved = left.slice(0, MOVED_AT_ONCE);
    const until = Math.max(seal, ...moved.map(([, stamp]) => expiryOf(stamp)));
    try {
      await key.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Update: { TableName: key.tableName, Key: itemKey(key), ...sealing(moved, seal, until) } },
            // Over a marker that has expired, of the same idempotency key: what is in the item is newer.
            ...moved.map(([name, stamp]) => putMarker(key, name, stamp, expiryOf(stamp))),
          ],
        }),
      );
    } catch (error) {
      if (NO_TRANSACTIONS.has((error as Error).name)) memory.canTransact = false;
      return hasMoved;
    }
    seal = until;
    hasMoved = true;
  }
  return hasMoved;
}

function sealing(moved: readonly IdempotencyKey[], seal: number, until: number) {
  const { UpdateExpression, ConditionExpression, ...removed } = removal(moved);
  return {
    UpdateExpression: `${UpdateExpression} SET #seal = :until`,
    ConditionExpression: `${ConditionExpression} AND ${seal === 0 ? "attribute_not_exists(#seal)" : "#seal = :seal"}`,
    ExpressionAttributeNames: { ...removed.ExpressionAttributeNames, "#seal": attributes.seal },
    ExpressionAttributeValues: {
      ...removed.ExpressionAttributeValues,
      ":until": { N: String(until) },
      ...(seal !== 0 && { ":seal": { N: String(seal) } }),
    },
  };
}

function removal(keys: readonly IdempotencyKey[]) {
  return {
    UpdateExpression: `REMOVE ${keys.map((_, index) => `#t${index}`).join()}`,
    ConditionExpression: keys.map((_, index) => `#t${index} = :t${index}`).join(" AND "),
    ExpressionAttributeNames: Object.fromEntries(keys.map(([name], index) => [`#t${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(keys.map(([, stamp], index) => [`:t${index}`, stamp])),
  };
}
