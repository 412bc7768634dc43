import type { Item } from "./read-item.ts";
import type { RequestContext } from "./request-context.ts";
import { holdsOf } from "./write-fence.ts";
import { isDue } from "./hold-expiry.ts";

/**
 * Gives back what expired holds have taken of several counters, each by itself.
 *
 * @param itemOf the item of a request's counter, as it was read
 * @returns how many there are of which something was due, and how many of those another writer was at work on. If any was due, the
 *   items must be read again
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function settleEach(
  requests: readonly RequestContext[],
  itemOf: (request: RequestContext, index: number) => Item,
): Promise<{ readonly due: number; readonly overtaken: number }> {
  const due = requests
    .map((request, index) => ({ ...request, item: itemOf(request, index) }))
    .filter(({ item, startedAt }) => isDue(item, startedAt));
  let overtaken = 0;
  for (const { config, item, startedAt, ...key } of due)
    if (!(await holdsOf(config, key.id).settle(config, key, item, startedAt))) overtaken += 1;
  return { due: due.length, overtaken };
}
