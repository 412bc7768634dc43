import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/**
 * The approximate bytes of an item of strings and numbers; 0 where there is none. Names and values are UTF-8. A number takes a
 * byte for two digits, one more, and one for its sign.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: Readonly<Record<string, AttributeValue>> = {}): number {
  return Object.entries(item).reduce(
    (bytes, [name, { S: text, N: number = "" }]) =>
      bytes + Buffer.byteLength(name) + (text === undefined ? numberSize(number) : Buffer.byteLength(text)),
    0,
  );
}

function numberSize(number: string): number {
  const digits = number.replace(/\D/gu, "").replace(/^0+|0+$/gu, "").length;
  return Math.ceil(digits / 2) + 1 + (number.startsWith("-") ? 1 : 0);
}
