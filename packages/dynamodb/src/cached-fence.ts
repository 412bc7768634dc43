import type { Item } from "./counter-item.ts";
import { hasList } from "./moved-keys.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import type { CallConfig } from "./store-options.ts";
import { attributes } from "./table-schema.ts";
import { hasHolds } from "./write-fence.ts";

/** What is remembered of a list: the condition of the next write looks the key up in the item. */
export const LISTED: Item = { [attributes.moved]: { S: "" } };

/** The next update starts from the fence, and from the time at which a hold expires. */
export function cacheFence(
  request: Pick<RequestContext, "id" | "sortKey"> & { readonly config: Pick<CallConfig, "cache"> },
  item: Item,
): void {
  const { fencedItems } = request.config.cache;
  const { [attributes.fence]: fence, [attributes.due]: due, [attributes.life]: life } = item;
  if (fence === undefined) return;
  const isListed = hasList(item);
  // A plain update is enough where the item lists its moved keys, unless the counter has holds.
  if (isListed && !hasHolds(item)) {
    fencedItems.delete(itemName(request));
    return;
  }
  const known = {
    [attributes.fence]: fence,
    ...(due !== undefined && { [attributes.due]: due }),
    ...(life !== undefined && { [attributes.life]: life }),
    ...(isListed && LISTED),
  };
  fencedItems.set(itemName(request), known);
}
