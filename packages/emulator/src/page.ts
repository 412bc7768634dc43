import { invalidMember } from "./api-error.ts";

/** The items of the largest page. */
export const MAX_ITEMS = 1_000;

/** Which page of a list to return. */
export interface PageRequest {
  /** Of the previous page. */
  readonly marker?: string | undefined;
  /** From 1 to 1,000; 0 is the default, 100. */
  readonly maxItems?: number | undefined;
}

/** @throws ApiError for a marker that no page has returned */
export function pageOf<T>(
  all: readonly T[],
  idOf: (item: T) => string,
  { marker, maxItems = 0 }: PageRequest,
): { readonly items: readonly T[]; readonly NextMarker?: string } {
  const last = marker === undefined ? undefined : Buffer.from(marker, "base64url").toString();
  const start = last === undefined ? 0 : all.findIndex((item) => idOf(item) === last) + 1;
  if (last !== undefined && start === 0) throw invalidMember(marker, "marker", "Member must be a NextMarker");
  const items = all.slice(start, start + (maxItems === 0 ? 100 : maxItems));
  const end = items.at(-1);
  if (end === undefined || start + items.length === all.length) return { items };
  return { items, NextMarker: Buffer.from(idOf(end)).toString("base64url") };
}
