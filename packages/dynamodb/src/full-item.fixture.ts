import { PutItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { isItemFull } from "./aws-errors.ts";

const TOKENS = 300;

/**
 * Puts a counter at 7 whose item has keys, and a text so long that the 400 KB of an item leave no room for another
 * idempotency key.
 *
 * @param expiresAt when its keys expire, in seconds since 1970
 */
export async function putFullItem(
  client: DynamoDBClient,
  tableName: string,
  id: string,
  expiresAt: number,
): Promise<void> {
  const record = { N: `0.${String(expiresAt).padStart(10, "0")}123456789012` };
  const names = Array.from({ length: TOKENS }, (_, n) => `k#${String(n).padStart(16, "0")}`);
  const keys = Object.fromEntries(names.map((name) => [name, record]));
  const counter = { id: { S: id }, sk: { S: "value" }, value: { N: "7" }, ...keys };
  const put = (length: number) => {
    const Item = { ...counter, filler: { S: "x".repeat(length) } };
    return client.send(new PutItemCommand({ TableName: tableName, Item })).then(
      () => true,
      (error: unknown) => {
        if (isItemFull(error)) return false;
        throw error;
      },
    );
  };
  let [fits, tooLong] = [300_000, 410_000];
  while (tooLong - fits > 1) {
    const length = Math.floor((fits + tooLong) / 2);
    if (await put(length)) fits = length;
    else tooLong = length;
  }
  await put(fits);
}
