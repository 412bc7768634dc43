import { describe, expect, test } from "vitest";
import { hasList, isNotMoved, listWith } from "./moved-keys-list.ts";

const SECONDS = 1_767_225_600;
const NOW = SECONDS * 1_000;
/** As long as a key is kept after it has expired. */
const GRACE = 420;

const key = (name: string, until = SECONDS + 600) => ({ keyAttribute: `k#${name}`, until });
const fenced = (moved?: string, fence = SECONDS + 600) => ({
  fence: { N: `${fence}.000000001` },
  ...(moved !== undefined && { moved: { S: moved } }),
});
const keys = (count: number, until: number) =>
  Array.from({ length: count }, (_, n) => key(String(n).padStart(3, "0"), until));

describe("the list of moved keys", () => {
  test("begins with the first move, and has the first three characters of each key's hash", () => {
    expect(listWith({}, [key("abcdefgh"), key("def-1234", SECONDS + 700)], NOW)).toEqual({
      S: `${SECONDS + 700}:abcdef;`,
    });
  });

  test("keeps what it has, without the keys for which no attempt can arrive any more", () => {
    const list = fenced(`${SECONDS - GRACE - 1}:old;${SECONDS - GRACE}:mid;`);
    expect(listWith(list, [key("new")], NOW)).toEqual({
      S: `${SECONDS - GRACE}:mid;${SECONDS + 600}:new;`,
    });
  });

  test("begins anew when the fence has lapsed, behind which no key is live", () => {
    const lapsed = fenced(undefined, SECONDS - GRACE - 1);
    expect(listWith(lapsed, [key("new")], NOW)).toEqual({ S: `${SECONDS + 600}:new;` });
  });

  test.each([
    { why: "there is none behind a live fence: it would not be complete", item: fenced() },
    { why: "it cannot be read", item: fenced("v2/abc") },
  ])("is not continued where $why", ({ item }) => {
    expect(listWith(item, [key("new")], NOW)).toBeUndefined();
  });

  test("ends at about 1,000 keys; in a burst, within which its keys came in a minute, at 12,000", () => {
    expect(listWith(fenced(`${SECONDS + 540}:abc;`), keys(1_000, SECONDS + 600), NOW)).toBeUndefined();
    expect(listWith(fenced(`${SECONDS + 541}:abc;`), keys(1_000, SECONDS + 600), NOW)).toBeDefined();
    expect(listWith(fenced(`${SECONDS + 541}:abc;`), keys(12_000, SECONDS + 600), NOW)).toBeUndefined();
    expect(listWith(fenced(`${SECONDS + 540}:abc;`), keys(900, SECONDS + 600), NOW)).toBeDefined();
  });

  test("says that a key was not moved only where it is complete, and has no such tag", () => {
    const item = fenced(`${SECONDS + 600}:abc;`);
    expect(isNotMoved(item, "k#xyz")).toBe(true);
    expect(isNotMoved(item, "k#abcdef")).toBe(false);
    expect(isNotMoved(fenced(), "k#xyz")).toBe(false);
    expect(hasList(fenced())).toBe(false);
  });
});
