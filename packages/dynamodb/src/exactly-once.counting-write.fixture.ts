import type { Message } from "@durable-counter/testing/dynamodb";
import { VALUE_SORT_KEY } from "./item-schema.ts";

type Attribute = { readonly S?: string; readonly N?: string } | undefined;
interface UpdateInput {
  readonly Key?: Readonly<Record<string, Attribute>>;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Attribute>>;
}

/** The part of a message that changes a counter's value under an idempotency key. */
export function countingUpdateOf({ operation, input }: Message): UpdateInput | undefined {
  const parts = (input["TransactItems"] ?? []) as readonly { readonly Update?: UpdateInput }[];
  const updates = operation === "UpdateItem" ? [input as UpdateInput] : parts.map(({ Update }) => Update);
  return updates.find((update) => /#value = /u.test(update?.UpdateExpression ?? ""));
}

/** Whether a message deletes a counter's value. */
export function deletesValue({ operation, input }: Message): boolean {
  const { Key } = input as UpdateInput;
  return operation === "DeleteItem" && Key?.["sk"]?.S === VALUE_SORT_KEY;
}
