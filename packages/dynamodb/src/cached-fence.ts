import type { Item } from "./counter-item.ts";
import { hasList } from "./moved-keys.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import { attributes } from "./table-schema.ts";

/** The next update starts from the fence, and from the time at which a hold expires. */
export function cacheFence(request: RequestContext, item: Item): void {
  const { fencedItems } = request.config.cache;
  const { [attributes.fence]: fence, [attributes.due]: due } = item;
  if (fence === undefined) return;
  // A plain update is enough where the item lists its moved keys.
  if (hasList(item)) {
    fencedItems.delete(itemName(request));
    return;
  }
  const known = { [attributes.fence]: fence, ...(due !== undefined && { [attributes.due]: due }) };
  fencedItems.set(itemName(request), known);
}
