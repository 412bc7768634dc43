import { attributes } from "./item-schema.ts";
import type { Write } from "./next-action.ts";
import { itemName, type RequestContext } from "./request-context.ts";
import type { ItemRequest } from "./store-cache.ts";
import type { WriteOutcome } from "./write-outcome.ts";

/** For how long the next requests of a store avoid transactions on an item where one was overtaken. */
const CONTENDED_MS = 10_000;

/**
 * A transaction gives no value back, so it replaces the value that was seen, and of many writers that do so at once only one
 * succeeds. An update adds to whatever value is there. Where writers meet, a request of the strategy "separate-item" therefore goes
 * on as one of "auto" does: it records its key in the counter's item, from which a compaction moves it.
 */
export function asContended(request: RequestContext): RequestContext {
  return { ...request, config: { ...request.config, strategy: "auto" } };
}

/** Whether the request's counter was contended a moment ago. */
export function isContended(request: ItemRequest): boolean {
  const { contendedUntil } = request.config.cache;
  return (contendedUntil.get(itemName(request)) ?? 0) > request.startedAt;
}

/** Remembers that another writer overtook a transaction that knew the item. */
export function setContended(request: ItemRequest): void {
  const { contendedUntil } = request.config.cache;
  contendedUntil.set(itemName(request), request.startedAt + CONTENDED_MS);
}

/** Whether another writer overtook a transaction that knew the item. Remembers that its counter is contended. */
export function noticeContention(request: RequestContext, write: Write, outcome: WriteOutcome): boolean {
  if (write.type !== "transaction") return false;
  const isOvertaken =
    (outcome.type === "busy" && outcome.isConflict) ||
    (outcome.type === "condition-failed" &&
      !write.change.mayCreate &&
      [attributes.fence, request.valueAttribute].some(
        (name) => outcome.state.item[name]?.N !== write.state.item[name]?.N,
      ));
  if (isOvertaken) setContended(request);
  return isOvertaken;
}
