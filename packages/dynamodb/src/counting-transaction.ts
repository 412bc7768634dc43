import type { AttributeValue, CancellationReason, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Limits } from "@durable-counter/core";
import type { Counting, Outcome, Seen } from "./counting.ts";
import { itemKey, readItem, unexplained, type CounterKey } from "./counter-item.ts";
import { checkMarker, markerKey, replaceMarker } from "./marker.ts";
import { sealOf } from "./seal.ts";
import { attributes } from "./table.ts";
import { stampText } from "./token-stamp.ts";
import { isBusy, isItemFull, reasonsOf, translateError } from "./translate-error.ts";
import { WatchedTransactWriteItems } from "./watched-command.ts";

/** A count by transaction: from a value that was seen to the one that follows. */
export interface CountingTransaction {
  /** What was seen there, or is guessed: all of it must still be so. */
  readonly seen: Seen;
  /** The value before; undefined creates the counter. */
  readonly from: number | undefined;
  readonly become: number;
  /** Those that clamped the batch, if they did. */
  readonly limits?: Limits | undefined;
  /** Where the token is remembered: in an item of its own, or in the counter's. */
  readonly remember: "marker" | "inline";
}

/**
 * Counts and remembers the token in one transaction over two items: the counter's, and the token's marker, which is
 * written, or of which it is only made sure that there is none. Transactions return no values, so the value before has
 * to be known; where it is not what was thought, the refusal tells.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function countingTransaction(
  key: CounterKey,
  counting: Counting,
  transaction: CountingTransaction,
): Promise<Outcome> {
  const { tokenAttribute } = counting;
  const { seen, remember } = transaction;
  const markerPlace = seen.marker[attributes.stamp];
  const stamp: AttributeValue = {
    S: stampText({
      ...counting,
      before: transaction.from ?? counting.initial,
      limits: transaction.limits,
    }),
  };
  const command = new WatchedTransactWriteItems(
    {
      TransactItems: [
        update(key, counting, transaction, stamp),
        remember === "marker"
          ? replaceMarker(markerPlace, key, tokenAttribute, stamp, counting.expiresAt)
          : checkMarker(markerPlace, key, tokenAttribute),
      ],
    },
    counting,
  );
  try {
    await key.client.send(command);
    return { kind: "applied", before: transaction.from ?? counting.initial };
  } catch (error) {
    const [ofItem, ofMarker] = reasonsOf(error);
    return notTransacted(error, key, counting, { seen, ofItem, ofMarker });
  }
}

/**
 * What became of a transaction that failed.
 *
 * @param reasons what was seen of the counter's item and the token's marker, and why the transaction was cancelled for it
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function notTransacted(
  error: unknown,
  key: CounterKey,
  { token, tokenAttribute, attempts }: Counting,
  { seen, ofItem, ofMarker }: Reasons,
): Promise<Outcome> {
  const found = async (reason: CancellationReason | undefined, itemKey: Record<string, AttributeValue>) =>
    reason?.Code === "ConditionalCheckFailed" ? (reason.Item ?? unexplained(key, itemKey, token)) : undefined;
  const item = await found(ofItem, itemKey(key));
  const marker = await found(ofMarker, markerKey(key, tokenAttribute));
  if (item !== undefined || marker !== undefined) {
    // Either alone says nothing of the other.
    return { kind: "refused", seen: { item: item ?? seen.item, marker: marker ?? {}, certain: false } };
  }
  if (isItemFull(error))
    return { kind: "full", item: await readItem(key, itemKey(key), { consistent: true }) };
  if (isBusy(error)) return { kind: "busy", error };
  const { tableName, id: counterId } = key;
  throw translateError(error, { tableName, counterId, token, wrote: true, attempts });
}

interface Reasons {
  readonly seen: Seen;
  readonly ofItem: CancellationReason | undefined;
  readonly ofMarker: CancellationReason | undefined;
}

function update(
  key: CounterKey,
  { tokenAttribute, expiresAt }: Counting,
  { seen: { item }, from, become, remember }: CountingTransaction,
  stamp: AttributeValue,
): TransactWriteItem {
  const place = item[tokenAttribute]; // nothing, or a refusal
  const seal = sealOf(item);
  const conditions = [
    from === undefined ? "attribute_not_exists(#value)" : "#value = :from",
    seal === 0 ? "attribute_not_exists(#seal)" : "#seal = :seal",
    place === undefined ? "attribute_not_exists(#token)" : "#token = :place",
  ];
  // The seal lasts as long as any marker does. A refusal must not be moved over the marker some day.
  const actions = ["SET #value = :value,", remember === "marker" ? "#seal = :until" : "#token = :stamp"];
  if (remember === "marker" && place !== undefined) actions.push("REMOVE #token");
  return {
    Update: {
      TableName: key.tableName,
      Key: itemKey(key),
      ConditionExpression: conditions.join(" AND "),
      UpdateExpression: actions.join(" "),
      ExpressionAttributeNames: {
        "#value": attributes.value,
        "#seal": attributes.seal,
        "#token": tokenAttribute,
      },
      ExpressionAttributeValues: {
        ":value": { N: String(become) },
        ...(from !== undefined && { ":from": { N: String(from) } }),
        ...(seal !== 0 && { ":seal": { N: String(seal) } }),
        ...(place !== undefined && { ":place": place }),
        ...(remember === "marker"
          ? { ":until": { N: String(Math.max(seal, expiresAt)) } }
          : { ":stamp": stamp }),
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}
