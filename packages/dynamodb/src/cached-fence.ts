import type { Item } from "./counter-item.ts";
import { hasList } from "./moved-keys.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import { attributes } from "./table-schema.ts";

/** The next update starts from the fence, and from the time at which a hold expires. */
export function cacheFence({ config, ...request }: RequestContext, item: Item): void {
  const { [attributes.fence]: fence, [attributes.due]: due } = item;
  if (fence === undefined) return;
  // A plain update is enough where the item lists its moved keys.
  if (hasList(item)) {
    config.cache.fencedItems.delete(itemName(request));
    return;
  }
  const known = { [attributes.fence]: fence, ...(due !== undefined && { [attributes.due]: due }) };
  config.cache.fencedItems.set(itemName(request), known);
}
