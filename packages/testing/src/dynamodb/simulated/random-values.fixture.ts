import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";

export const ATTRIBUTES = ["value", "t_1", "t_2", "seal"];
export const name = fc.constantFrom(...ATTRIBUTES, "missing");
export const id = fc.constantFrom("a", "b");
export const part = fc.constantFrom("value", "value/8/1", "token/x", "token/y", "\u{1f9ee}");
export const key = fc.record({ id: id.map((S) => ({ S })), part: part.map((S) => ({ S })) });
const wrongKey = fc.constantFrom<Record<string, AttributeValue>>(
  { id: { S: "a" } },
  { id: { N: "1" }, part: { S: "value" } },
  { id: { S: "a" }, part: { S: "" } },
  { id: { S: "a" }, part: { S: "value" }, more: { S: "x" } },
);
export const anyKey = fc.oneof({ weight: 30, arbitrary: key }, { weight: 1, arbitrary: wrongKey });

export const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "0.0176739712812345678901",
      "9007199254740991",
      "-9007199254740991",
      "99999999999999999999999999999999999999",
      "0.00000000000000000000000000000000000001",
      "1000000000000000000000000000000",
      "1.5",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("1e126", "1e-131", "123456789012345678901234567890123456789", "", "1x", "NaN"),
  },
);
export const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  { weight: 8, arbitrary: number.map((N) => ({ N })) },
  { weight: 3, arbitrary: fc.constantFrom("", "x", "5/1767397128/123/min").map((S) => ({ S })) },
  { weight: 1, arbitrary: fc.constantFrom<AttributeValue>({ BOOL: true }, { NULL: true }) },
  { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom("x", "y"), { minLength: 1 }).map((SS) => ({ SS })) },
);
