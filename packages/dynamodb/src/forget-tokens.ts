import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { itemKey, type CounterKey, type Item } from "./counter-item.ts";
import { isTokenAttribute, readStamp } from "./token-stamp.ts";

/** More than come between two clean-ups, so that a backlog shrinks; below DynamoDB's 300 operators an expression. */
const AT_ONCE = 100;

/** Clocks differ: a token is only forgotten when it has expired by everybody's. */
const GRACE_SECONDS = 60;

/**
 * Whether the write under this token attribute is one that looks after the expired tokens: one in 64, for the
 * attribute ends in a base64url digit of a hash. Derived from the token, so that short-lived processes take part.
 */
export function isForgetting(tokenAttribute: string): boolean {
  return tokenAttribute.endsWith("A");
}

/**
 * Removes expired tokens from an item just written, so that it does not grow without bound. Each is removed only as
 * it was read: a token that was used anew in between stays. Fails in silence: the count stands whatever becomes of
 * this, and the next clean-up will find the same tokens.
 *
 * @returns whether the item is smaller now, by us or by somebody else
 */
export async function forgetTokens(key: CounterKey, item: Item, nowSeconds: number): Promise<boolean> {
  const expired = Object.entries(item)
    .filter(
      ([name, attribute]) =>
        isTokenAttribute(name) && (readStamp(attribute)?.expiresAt ?? Infinity) < nowSeconds - GRACE_SECONDS,
    )
    .slice(0, AT_ONCE);
  if (expired.length === 0) return false;
  const command = new UpdateItemCommand({
    TableName: key.tableName,
    Key: itemKey(key.id),
    UpdateExpression: `REMOVE ${expired.map((_, index) => `#t${index}`).join()}`,
    ConditionExpression: expired.map((_, index) => `#t${index} = :t${index}`).join(" AND "),
    ExpressionAttributeNames: Object.fromEntries(expired.map(([name], index) => [`#t${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(expired.map(([, value], index) => [`:t${index}`, value])),
  });
  return key.client.send(command).then(
    () => true,
    (error: unknown) => error instanceof Error && error.name === "ConditionalCheckFailedException",
  );
}
