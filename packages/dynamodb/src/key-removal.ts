import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./counter-item.ts";
import type { HoldParts } from "./hold-support.ts";
import type { RequestContext } from "./request-context.ts";
import { attributes } from "./table-schema.ts";

/** An idempotency key in a counter's item. */
export type RecordedKey = [name: string, record: AttributeValue];

/** What is recorded of the hold that the request of a key has placed, if it has. */
export function holdOf({ config }: RequestContext, item: Item, keyAttribute: string): HoldParts | undefined {
  return config.holds?.ofKey(item, keyAttribute);
}

/** Removes keys that are moved, and sets the next write fence and the list of moved keys, if there is one. */
export function removalWithFence(
  request: RequestContext,
  item: Item,
  moved: readonly RecordedKey[],
  next: { readonly fence: AttributeValue; readonly list: AttributeValue | undefined },
) {
  const fence = item[attributes.fence];
  const { UpdateExpression, ConditionExpression, ...removed } = removal(request, item, moved);
  return {
    UpdateExpression: `${UpdateExpression}${next.list === undefined ? ", #moved SET" : " SET #moved = :moved,"} #fence = :nextFence`,
    ConditionExpression: `${ConditionExpression} AND ${fence === undefined ? "attribute_not_exists(#fence)" : "#fence = :fence"}`,
    ExpressionAttributeNames: {
      ...removed.ExpressionAttributeNames,
      "#fence": attributes.fence,
      "#moved": attributes.moved,
    },
    ExpressionAttributeValues: {
      ...removed.ExpressionAttributeValues,
      ":nextFence": next.fence,
      ...(next.list !== undefined && { ":moved": next.list }),
      ...(fence !== undefined && { ":fence": fence }),
    },
  };
}

/** Removes keys, with what is recorded of their holds, if all of it is as it was read. */
export function removal(request: RequestContext, item: Item, keys: readonly RecordedKey[]) {
  const seen: [string, AttributeValue][] = [];
  const constant: string[] = []; // no need to compare: it is never changed
  for (const [name, record] of keys) {
    seen.push([name, record]);
    const hold = holdOf(request, item, name);
    if (hold === undefined) continue;
    seen.push([hold.changing.name, hold.changing.value]);
    constant.push(hold.constant);
  }
  const removed = [...seen.map((_, index) => `#k${index}`), ...constant.map((_, index) => `#h${index}`)];
  return {
    UpdateExpression: `REMOVE ${removed.join()}`,
    ConditionExpression: seen.map((_, index) => `#k${index} = :k${index}`).join(" AND "),
    ExpressionAttributeNames: Object.fromEntries([
      ...seen.map(([name], index) => [`#k${index}`, name]),
      ...constant.map((name, index) => [`#h${index}`, name]),
    ]),
    ExpressionAttributeValues: Object.fromEntries(seen.map(([, record], index) => [`:k${index}`, record])),
  };
}
