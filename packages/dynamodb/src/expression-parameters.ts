import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { TableKeys } from "./table-keys.ts";

/** The expressions of one request. */
type Expressions = Readonly<
  Partial<Record<`${"Condition" | "Filter" | "KeyCondition" | "Projection" | "Update"}Expression`, string>>
>;

const PARAMETER = /[#:]\w+/gu;

/** The parameters that expressions use, such as `#value`. */
export function parametersOf(expressions: Expressions): ReadonlySet<string> {
  return new Set(Object.values(expressions).join(" ").match(PARAMETER));
}

/**
 * Expressions with the names and values that they use: DynamoDB takes no others. `#id`, `#sortKey` and `#expiresAt` are those of
 * the table's keys, and by default every other name is that of the attribute in the table's schema.
 *
 * @param given names and values by their parameters; those that the expressions do not use are left out
 * @param parameters of the expressions, if they are known
 */
export function withParameters<Given extends Expressions>(
  { keys }: { readonly keys: TableKeys },
  expressions: Given,
  given: {
    readonly names?: Readonly<Record<string, string>>;
    readonly values?: Readonly<Record<string, AttributeValue | undefined>>;
  } = {},
  parameters = parametersOf(expressions),
) {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  for (const parameter of parameters) {
    const value = given.values?.[parameter];
    const name = value === undefined ? (given.names?.[parameter] ?? keys.names[parameter]) : undefined;
    if (value !== undefined) values[parameter] = value;
    else if (name !== undefined) names[parameter] = name;
  }
  return {
    ...expressions,
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}
