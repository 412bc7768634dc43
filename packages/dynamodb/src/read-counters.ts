import type { CounterWindow } from "@durable-counter/core";
import { withParameters } from "./expression-parameters.ts";
import { mayBeDue } from "./hold-expiry.ts";
import { valueAttributeOf, valueSortKey } from "./item-schema.ts";
import { readItem, valueOf, type Item, type Table } from "./read-item.ts";
import { sumOfShards } from "./shards.ts";
import type { CallConfig } from "./store-options.ts";
import type { CounterKey } from "./table-keys.ts";
import { checkFence, holdsOf } from "./write-fence.ts";

/** When, and how, counters are read. */
export interface ReadOptions {
  readonly consistent: boolean;
  readonly window: CounterWindow | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** Where a value is kept: of a counter without windows, or of the current window. */
export function placeOf(window: CounterWindow | undefined, now: number) {
  return {
    sortKey: valueSortKey(window),
    attribute: valueAttributeOf({ startsAt: window?.at(now).startsAt }),
  };
}

/** What is read of a counter's item; its partition key, too, where that tells something else from nothing. */
export function counterProjection(
  table: Pick<Table, "keys">,
  { withId = table.keys.isShared, attribute }: { withId?: boolean; attribute: string },
) {
  const ProjectionExpression = `#value, #fence, #shards, #due${withId ? ", #id" : ""}`;
  return withParameters(table, { ProjectionExpression }, { names: { "#value": attribute } });
}

/**
 * A counter's value; undefined if it was never written. With a window, the value of the one at `now`.
 *
 * @throws CounterError `misconfigured` if the counter is kept otherwise than the store assumes, `unavailable`, `throttled`
 */
export async function readCounter(
  config: CallConfig,
  id: string,
  { consistent, window, now }: ReadOptions,
): Promise<number | undefined> {
  if (config.shards !== undefined) return sumOfShards(config, id, config.shards, { consistent });
  const { sortKey, attribute } = placeOf(window, now);
  const projection = counterProjection(config, { attribute });
  const item = await readItem(config, { id, sortKey }, { consistent, projection });
  checkFence(item, config, id);
  return valueOf(await settled(config, { id, sortKey }, item, now), config, id, attribute);
}

/** The item, with what holds have given back that had expired when the call began: one moment decides for every call. */
export async function settled(config: CallConfig, key: CounterKey, item: Item, now: number): Promise<Item> {
  return mayBeDue(item, now) ? holdsOf(config, key.id).readSettledItem(config, key, now) : item;
}
