import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item } from "./read-item.ts";
import { withParameters } from "./expression-parameters.ts";
import type { HoldParts } from "./hold-support.ts";
import type { RequestContext } from "./request-context.ts";
import { attributes } from "./item-schema.ts";

/** An idempotency key in a counter's item. */
export type RecordedKey = [name: string, record: AttributeValue];

/** What is recorded of the hold that the request of a key has placed, if it has. */
export function holdOf({ config }: RequestContext, item: Item, keyAttribute: string): HoldParts | undefined {
  return config.holds?.ofKey(item, keyAttribute);
}

/**
 * Removes keys, with what is recorded of their holds, if all of it is as it was read.
 *
 * @param next for keys that are moved: the next write fence, and the list of moved keys, if there is one
 */
export function removal(
  request: RequestContext,
  item: Item,
  keys: readonly RecordedKey[],
  next?: { readonly fence: AttributeValue; readonly list: AttributeValue | undefined },
) {
  const holds = keys.flatMap(([name]) => holdOf(request, item, name) ?? []);
  const seen = [...keys, ...holds.map(({ changing }) => changing)];
  const removed = [...seen.map((_, index) => `#k${index}`), ...holds.map((_, index) => `#h${index}`)];
  const conditions = seen.map((_, index) => `#k${index} = :k${index}`);
  const fence = item[attributes.fence];
  let sets = "";
  if (next !== undefined) {
    conditions.push(fence === undefined ? "attribute_not_exists(#fence)" : "#fence = :fence");
    sets = ` SET #fence = :nextFence${next.list === undefined ? "" : ", #moved = :moved"}`;
    if (next.list === undefined) removed.push("#moved");
  }
  return withParameters(
    request.config,
    {
      UpdateExpression: `REMOVE ${removed.join()}${sets}`,
      ConditionExpression: conditions.join(" AND "),
    },
    {
      names: Object.fromEntries([
        ...seen.map(([name], index) => [`#k${index}`, name]),
        ...holds.map(({ constant }, index) => [`#h${index}`, constant]),
      ]),
      values: {
        ":fence": fence,
        ":nextFence": next?.fence,
        ":moved": next?.list,
        ...Object.fromEntries(seen.map(([, record], index) => [`:k${index}`, record])),
      },
    },
  );
}

/** As many keys as fit in one request, where a hold counts twice. */
export function fitting(
  request: RequestContext,
  item: Item,
  keys: readonly RecordedKey[],
  most: number,
): readonly RecordedKey[] {
  let parts = 0;
  return keys.filter(([name]) => {
    parts += holdOf(request, item, name) === undefined ? 1 : 2;
    return parts <= most;
  });
}
