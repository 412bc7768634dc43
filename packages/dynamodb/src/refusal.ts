import type { AttributeValue, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Limits } from "@durable-counter/core";
import type { Counting, Outcome, Seen } from "./counting.ts";
import { notTransacted } from "./counting-transaction.ts";
import { notWritten, UNSEALED } from "./counting-write.ts";
import { itemKey, type CounterKey } from "./counter-item.ts";
import { replaceMarker } from "./marker.ts";
import { GRACE_SECONDS, sealOf } from "./seal.ts";
import { attributes } from "./table.ts";
import { refusalText } from "./token-stamp.ts";
import { reasonsOf } from "./translate-error.ts";
import { WatchedTransactWriteItems, WatchedUpdateItem } from "./watched-command.ts";

/** A batch that its limits refuse, and of which an attempt may still be on its way. */
export interface Refusal {
  /** The value that was found, and the limits: all that the refusal follows from. */
  readonly before: number;
  readonly limits: Limits | undefined;
  /** The callers for whom it is final, of refusals before as well. */
  readonly refusedTo: readonly string[];
  readonly error: unknown;
  readonly seen: Seen;
  /** Where the token is looked for by whatever may still arrive. */
  readonly where: "inline" | "marker";
}

/** Ahead of what is needed, so that not every refusal of a counter has to touch its item. */
const SEAL_AHEAD_SECONDS = 60;

/**
 * Makes a refusal final: it is remembered in the token's place, where any other attempt of the request finds it, and
 * changes nothing. The value may change meanwhile; the refusal was right when the value was seen.
 *
 * @param whole asks for the whole item
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export function rememberRefusal(
  key: CounterKey,
  counting: Counting,
  refusal: Refusal,
  { whole }: { readonly whole: boolean },
): Promise<Outcome> {
  const { before, limits, refusedTo } = refusal;
  const stamp = { S: refusalText({ ...counting, before, limits, refusedTo }) };
  return refusal.where === "marker"
    ? inMarker(key, counting, refusal, stamp)
    : inItem(key, counting, refusal, stamp, whole);
}

async function inItem(
  key: CounterKey,
  counting: Counting,
  { before, seen: { item } }: Refusal,
  stamp: AttributeValue,
  whole: boolean,
): Promise<Outcome> {
  const { tokenAttribute, nowSeconds } = counting;
  const place = item[tokenAttribute];
  const command = new WatchedUpdateItem(
    {
      TableName: key.tableName,
      Key: itemKey(key),
      UpdateExpression: "SET #token = :stamp",
      ConditionExpression: `${asSeen(place)} AND ${UNSEALED}`,
      ExpressionAttributeNames: { "#token": tokenAttribute, "#seal": attributes.seal },
      ExpressionAttributeValues: {
        ":stamp": stamp,
        ":unsealed": { N: String(nowSeconds - GRACE_SECONDS) },
        ...(place !== undefined && { ":place": place }),
      },
      ReturnValues: whole ? "ALL_NEW" : "NONE",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
    counting,
  );
  try {
    const { Attributes = {} } = await key.client.send(command);
    return { kind: "applied", before, item: Attributes };
  } catch (error) {
    return notWritten(error, key, counting);
  }
}

/**
 * A seal that holds long enough keeps plain updates off, and a marker the others: the counter's item is then left to
 * those who count.
 */
async function inMarker(
  key: CounterKey,
  counting: Counting,
  { before, seen }: Refusal,
  stamp: AttributeValue,
): Promise<Outcome> {
  const { tokenAttribute, expiresAt } = counting;
  const isSealedLongEnough = sealOf(seen.item) >= expiresAt;
  const marker = replaceMarker(seen.marker[attributes.stamp], key, tokenAttribute, stamp, expiresAt);
  const TransactItems = isSealedLongEnough ? [marker] : [sealItem(key, counting, seen), marker];
  try {
    await key.client.send(new WatchedTransactWriteItems({ TransactItems }, counting));
    return { kind: "applied", before };
  } catch (error) {
    const [ofItem, ofMarker] = isSealedLongEnough ? [undefined, ...reasonsOf(error)] : reasonsOf(error);
    return notTransacted(error, key, counting, { seen, ofItem, ofMarker });
  }
}

function sealItem(
  key: CounterKey,
  { tokenAttribute, expiresAt }: Counting,
  { item }: Seen,
): TransactWriteItem {
  const place = item[tokenAttribute];
  const seal = sealOf(item);
  return {
    Update: {
      TableName: key.tableName,
      Key: itemKey(key),
      UpdateExpression: "SET #seal = :until",
      ConditionExpression: `${asSeen(place)} AND ${seal === 0 ? "attribute_not_exists(#seal)" : "#seal = :seal"}`,
      ExpressionAttributeNames: { "#token": tokenAttribute, "#seal": attributes.seal },
      ExpressionAttributeValues: {
        ":until": { N: String(expiresAt + SEAL_AHEAD_SECONDS) },
        ...(seal !== 0 && { ":seal": { N: String(seal) } }),
        ...(place !== undefined && { ":place": place }),
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

function asSeen(place: AttributeValue | undefined): string {
  return place === undefined ? "attribute_not_exists(#token)" : "#token = :place";
}
