import type { AttributeValue, CancellationReason, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { itemKey, unexplained, type CounterKey } from "./counter-item.ts";
import type { Counting, Outcome, Refusal, Replacement, Seen } from "./request-context.ts";
import { checkMarker, markerKey, replaceMarker } from "./key-item.ts";
import { notCounted } from "./write-failure.ts";
import { sealOf } from "./write-fence.ts";
import { attributes } from "./table.ts";
import { recordText } from "./idempotency-record.ts";
import { reasonsOf } from "./translate-error.ts";
import { TrackedTransactWriteItems } from "./attempt-tracking.ts";

/** A write over two items: the counter's, and the key's marker. */
export interface CountingTransaction {
  /** What was seen there, or is guessed: all of it must still be so. */
  readonly seen: Seen;
  readonly change: Replacement | Refusal;
  /** Where the idempotency key is remembered: in an item of its own, or in the counter's. */
  readonly remember: "separate-item" | "inline";
}

/** Ahead of what is needed, so that not every refusal of a counter has to touch its item. */
const SEAL_AHEAD_SECONDS = 60;

/**
 * Counts and remembers the idempotency key in one transaction: the marker is written, or it is only made sure that it is as it was seen.
 * Transactions return no values, so the value before has to be known; where it is not what was thought, the refusal
 * tells.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function countingTransaction(
  key: CounterKey,
  counting: Counting,
  transaction: CountingTransaction,
): Promise<Outcome> {
  const { keyAttribute, expiresAt, idempotencyKey } = counting;
  const { seen, change, remember } = transaction;
  const stamp: AttributeValue = { S: recordText({ ...counting, ...change }) };
  const markerPlace = seen.marker[attributes.stamp];
  const ofMarker =
    remember === "separate-item"
      ? replaceMarker(markerPlace, key, keyAttribute, stamp, expiresAt)
      : checkMarker(markerPlace, key, keyAttribute);
  // A seal that holds long enough keeps plain updates off a refusal in a marker: the item is left to those who count.
  const leavesItem = "refusedTo" in change && sealOf(seen.item) >= expiresAt;
  const TransactItems = leavesItem ? [ofMarker] : [ofMarker, updateItem(key, counting, transaction, stamp)];
  try {
    await key.client.send(new TrackedTransactWriteItems({ TransactItems }, counting));
    return { kind: "applied", before: change.before };
  } catch (error) {
    const found = async (reason: CancellationReason | undefined, itemKey: Record<string, AttributeValue>) =>
      reason?.Code === "ConditionalCheckFailed"
        ? (reason.Item ?? unexplained(key, itemKey, idempotencyKey))
        : undefined;
    const [whyMarker, whyItem] = reasonsOf(error);
    const marker = await found(whyMarker, markerKey(key, keyAttribute));
    const item = await found(whyItem, itemKey(key));
    if (item === undefined && marker === undefined) return notCounted(error, key, counting);
    // Either alone says nothing of the other.
    return { kind: "refused", seen: { item: item ?? seen.item, marker: marker ?? {}, certain: false } };
  }
}

function updateItem(
  key: CounterKey,
  { keyAttribute, expiresAt }: Counting,
  { seen: { item }, change, remember }: CountingTransaction,
  stamp: AttributeValue,
): TransactWriteItem {
  const place = item[keyAttribute]; // nothing, or a refusal
  const seal = sealOf(item);
  const conditions = [
    seal === 0 ? "attribute_not_exists(#seal)" : "#seal = :seal",
    place === undefined ? "attribute_not_exists(#idempotencyKey)" : "#idempotencyKey = :place",
  ];
  const actions = [remember === "separate-item" ? "SET #seal = :until" : "SET #idempotencyKey = :stamp"];
  const isRefusal = "refusedTo" in change;
  if (!isRefusal) {
    conditions.push(change.mayCreate ? "attribute_not_exists(#value)" : "#value = :before");
    actions.push(", #value = :value");
    // A refusal must not be moved over the marker some day.
    if (remember === "separate-item" && place !== undefined) actions.push(" REMOVE #idempotencyKey");
  }
  return {
    Update: {
      TableName: key.tableName,
      Key: itemKey(key),
      ConditionExpression: conditions.join(" AND "),
      UpdateExpression: actions.join(""),
      ExpressionAttributeNames: {
        "#seal": attributes.seal,
        "#idempotencyKey": keyAttribute,
        ...(!isRefusal && { "#value": attributes.value }),
      },
      ExpressionAttributeValues: {
        ...(seal !== 0 && { ":seal": { N: String(seal) } }),
        ...(place !== undefined && { ":place": place }),
        // The seal lasts as long as any marker does.
        ...(remember === "separate-item"
          ? { ":until": { N: String(Math.max(seal, expiresAt + (isRefusal ? SEAL_AHEAD_SECONDS : 0))) } }
          : { ":stamp": stamp }),
        ...(!isRefusal && {
          ":value": { N: String(change.become) },
          ...(!change.mayCreate && { ":before": { N: String(change.before) } }),
        }),
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}
