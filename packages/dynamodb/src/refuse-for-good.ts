import { TransactWriteItemsCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { CounterError } from "@durable-counter/core";
import type { Counting, Seen } from "./counting.ts";
import { itemKey, named, type CounterKey } from "./counter-item.ts";
import { checkNoMarker } from "./marker.ts";
import { sealOf } from "./seal.ts";
import { attributes } from "./table.ts";
import { tombstoneText } from "./token-stamp.ts";
import { reasonsOf } from "./translate-error.ts";

/** Longer than a request can be on its way: AWS refuses a signature after five minutes. */
const TOMBSTONE_SECONDS = 900;

/**
 * Makes a refusal final where an attempt of the request was never answered: it may still be on its way, and would
 * count when the value has come back within its limits. A tombstone in the token's place keeps it off.
 *
 * @param byTransaction whether a marker may remember the token
 * @returns false where the counter is not as it was seen any more: the refusal has to be thought over
 * @throws CounterError `outcome-unknown` where it cannot be written
 */
export async function refuseForGood(
  key: CounterKey,
  { token, tokenAttribute, nowSeconds }: Counting,
  { item }: Seen,
  byTransaction: boolean,
): Promise<boolean> {
  const place = item[tokenAttribute];
  const seal = sealOf(item);
  const update = {
    TableName: key.tableName,
    Key: itemKey(key),
    UpdateExpression: "SET #token = :tombstone",
    ConditionExpression: [
      place === undefined ? "attribute_not_exists(#token)" : "#token = :place",
      seal === 0 ? "attribute_not_exists(#seal)" : "#seal = :seal",
    ].join(" AND "),
    ExpressionAttributeNames: { "#token": tokenAttribute, "#seal": attributes.seal },
    ExpressionAttributeValues: {
      ":tombstone": { S: tombstoneText(nowSeconds + TOMBSTONE_SECONDS) },
      ...(place !== undefined && { ":place": place }),
      ...(seal !== 0 && { ":seal": { N: String(seal) } }),
    },
  };
  try {
    if (byTransaction) {
      const TransactItems = [{ Update: update }, checkNoMarker(key, tokenAttribute)];
      await key.client.send(new TransactWriteItemsCommand({ TransactItems }));
    } else await key.client.send(new UpdateItemCommand(update));
    return true;
  } catch (cause) {
    if ((cause as Error).name === "ConditionalCheckFailedException") return false;
    if (reasonsOf(cause).some(({ Code }) => Code === "ConditionalCheckFailed")) return false;
    throw new CounterError(
      "outcome-unknown",
      `${named(key)} refused the request, but an attempt of it that was never answered may still count. Ask again with the token ${JSON.stringify(token)} to find out.`,
      { cause, details: { token } },
    );
  }
}
