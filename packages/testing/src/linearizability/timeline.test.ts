import { expect, test } from "vitest";
import { timeline } from "./timeline.ts";

test("shows which operations overlap, in start order", () => {
  const lines = timeline([
    { label: "second", start: 2, end: 7 },
    { label: "first", start: 1, end: 5 },
    { label: "moment", start: 5, end: 5 },
    { label: "lost", start: 6 },
    { label: "late", start: 1_000, end: 1e9 },
  ]);
  expect(lines).toEqual([
    "first   ├─────┤",
    "second     ├────────┤",
    "moment        │",
    "lost             ├───────────?",
    "late                   ├──┤",
  ]);
});

test("is empty without operations", () => {
  expect(timeline([])).toEqual([]);
});
