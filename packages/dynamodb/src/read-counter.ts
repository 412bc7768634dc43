import { itemKey, readItem, valueOf, type CounterKey } from "./counter-item.ts";
import { checkSeal } from "./write-fence.ts";
import { sumOfShards } from "./shards.ts";
import { attributes, VALUE_PART } from "./table.ts";

const VALUE = {
  ProjectionExpression: "#value, #seal, #shards",
  ExpressionAttributeNames: {
    "#value": attributes.value,
    "#seal": attributes.seal,
    "#shards": attributes.shards,
  },
};

/**
 * A counter's value; undefined where it was never written.
 *
 * @throws CounterError `misconfigured` where it is kept otherwise than the store thinks, `unavailable`, `throttled`
 */
export async function readCounter(
  counter: Omit<CounterKey, "part">,
  shards: number | undefined,
  { consistent }: { consistent: boolean },
): Promise<number | undefined> {
  if (shards !== undefined) return sumOfShards(counter, shards, { consistent });
  const key = { ...counter, part: VALUE_PART };
  const item = await readItem(key, itemKey(key), { consistent, projection: VALUE });
  checkSeal(item, key);
  return valueOf(item, key);
}
