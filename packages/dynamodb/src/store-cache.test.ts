import { describe, expect, test } from "vitest";
import { createStoreCache } from "./store-cache.ts";

const MANY = 12_000;

describe("a key in flight", () => {
  test("is remembered after 12,000 others, until no attempt can arrive any more", () => {
    const { inFlight } = createStoreCache();
    inFlight.add("first", { issuedAt: 1, forgetAt: 1_000 }, 0);
    for (let n = 0; n < MANY; n++) inFlight.add(`other-${n}`, { issuedAt: 2, forgetAt: 1_000 }, 999);
    expect(inFlight.issuedAt("first")).toBe(1);
    inFlight.add("later", { issuedAt: 1_000, forgetAt: 2_000 }, 1_000);
    expect(inFlight.issuedAt("first")).toBeUndefined();
    expect(inFlight.issuedAt(`other-${MANY - 1}`)).toBeUndefined();
    expect(inFlight.issuedAt("later")).toBe(1_000);
  });

  test("was issued when the first of its calls began, however late that call ends", () => {
    const { inFlight } = createStoreCache();
    inFlight.add("key", { issuedAt: 20, forgetAt: 1_000 }, 0);
    expect(inFlight.add("key", { issuedAt: 10, forgetAt: 1_000 }, 0)).toBe(10);
    expect(inFlight.add("key", { issuedAt: 30, forgetAt: 1_000 }, 0)).toBe(10);
  });
});

test("what only saves requests is forgotten beyond 10,000 entries, the oldest first", () => {
  const { fencedItems } = createStoreCache();
  for (let n = 0; n < 10_000; n++) fencedItems.set(`item-${n}`, {});
  fencedItems.set("item-0", {}); // now the youngest
  fencedItems.set("another", {});
  expect(fencedItems.get("item-0")).toEqual({});
  expect(fencedItems.get("item-1")).toBeUndefined();
  expect(fencedItems.get("item-2")).toEqual({});
});
