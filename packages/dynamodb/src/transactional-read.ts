import { TransactGetItemsCommand } from "@aws-sdk/client-dynamodb";
import { backOff, MAX_BUSY, MAX_OVERTAKEN } from "./back-off.ts";
import { isBusy, isConflict, translateError } from "./aws-errors.ts";
import { readItem, type Item } from "./read-item.ts";
import type { CallConfig } from "./store-options.ts";
import { itemAt, type CounterKey } from "./table-keys.ts";
import { send } from "./send.ts";

/**
 * Reads up to 100 items as they are at one moment.
 *
 * @returns tells the item of each of the keys, an empty one where there is none
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function readTogether<Key extends CounterKey>(
  config: CallConfig,
  keys: readonly Key[],
): Promise<(key: Key) => Item> {
  const { tableName } = config;
  const [key, ...others] = keys;
  if (key === undefined) return () => ({});
  if (others.length === 0) {
    const item = await readItem(config, key, { consistent: true });
    return () => item;
  }
  const TransactItems = keys.map((each) => ({ Get: itemAt(config, each) }));
  for (let busy = 0; ;) {
    try {
      const { Responses = [] } = await send(config, () => new TransactGetItemsCommand({ TransactItems }));
      const items = new Map(keys.map((each, index) => [each, Responses[index]?.Item]));
      return (each) => items.get(each) ?? {};
    } catch (error) {
      if (!isBusy(error) || ++busy > (isConflict(error) ? MAX_OVERTAKEN : MAX_BUSY))
        throw translateError(error, { tableName, counterId: key.id, wrote: false });
      await backOff(busy, config);
    }
  }
}
