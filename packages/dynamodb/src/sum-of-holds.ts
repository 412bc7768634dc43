import { QueryCommand } from "@aws-sdk/client-dynamodb";
import type { CounterWindow } from "@durable-counter/core";
import { translateError } from "./aws-errors.ts";
import { itemsOfPages, readItem } from "./read-item.ts";
import { openHolds } from "./hold-record.ts";
import { movedHoldsFrom, toOpenHold } from "./moved-hold.ts";
import type { CallConfig } from "./store-options.ts";
import { valueSortKey } from "./item-schema.ts";
import { send } from "./send.ts";
import { checkFence, hasMovedHolds } from "./write-fence.ts";

/**
 * The sum of the open holds that have not expired; with windows, of those of the current one.
 *
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function sumOfHolds(
  config: CallConfig,
  id: string,
  window: CounterWindow | undefined,
): Promise<number> {
  const { tableName } = config;
  const now = config.now();
  const startsAt = window?.at(now).startsAt;
  const item = await readItem(config, { id, sortKey: valueSortKey(window) }, { consistent: true });
  checkFence(item, config, id);
  const open = new Map(openHolds(item).map((hold) => [hold.keyAttribute, hold]));
  const sum = () =>
    [...open.values()].reduce(
      (total, hold) => (hold.expiresAt > now && hold.startsAt === startsAt ? total + hold.amount : total),
      0,
    );
  if (!hasMovedHolds(item)) return sum();
  try {
    const input = movedHoldsFrom(config, id, item, now + 1);
    for await (const moved of itemsOfPages((ExclusiveStartKey) =>
      send(config, () => new QueryCommand({ ...input, ExclusiveStartKey })),
    )) {
      const hold = toOpenHold(config, moved);
      open.set(hold.keyAttribute, hold); // It may have been moved since the item was read.
    }
  } catch (error) {
    throw translateError(error, { tableName, counterId: id, wrote: false });
  }
  return sum();
}
