import type { Item } from "./read-item.ts";
import { hasList } from "./moved-keys-list.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import type { CallConfig } from "./store-options.ts";
import { attributes } from "./item-schema.ts";
import { hasHolds } from "./write-fence.ts";

/**
 * The next update starts from the fence, and from what is remembered of a counter with holds.
 *
 * @param hasPassed whether a write has just passed the fence without a look at a key item
 */
export function cacheFence(
  request: Pick<RequestContext, "id" | "sortKey"> & { readonly config: Pick<CallConfig, "cache" | "holds"> },
  item: Item,
  hasPassed = false,
): void {
  const { cache, holds } = request.config;
  const fence = item[attributes.fence];
  if (fence === undefined) return;
  // A plain update is enough where the item lists its moved keys, unless the counter has holds.
  if (hasList(item) && !hasHolds(item)) cache.fencedItems.delete(itemName(request));
  else
    cache.fencedItems.set(itemName(request), {
      [attributes.fence]: fence,
      ...holds?.remembered(item, hasPassed),
    });
}
