import { expect, test } from "vitest";
import { Moments } from "./moments.ts";

test("an end is a later moment than its start, also at the same time", () => {
  const moments = new Moments();
  expect([moments.start(5), moments.end(5)]).toEqual([0, 1]);
  expect(moments.times).toEqual([5, 5]);
});

test("the next thing starts at the moment at which the one before it ended", () => {
  const moments = new Moments();
  const [first, second] = [
    [moments.start(5), moments.end(5)],
    [moments.start(5), moments.end(5)],
  ];
  expect([first, second]).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test("things that start together, before one of them ends, share the moment", () => {
  const moments = new Moments();
  expect([moments.start(5), moments.start(5), moments.end(5), moments.end(5)]).toEqual([0, 0, 1, 1]);
});

test("another time is another moment", () => {
  const moments = new Moments();
  expect([moments.end(5), moments.end(6), moments.start(7)]).toEqual([0, 1, 2]);
});

test("a clock that goes back stands still", () => {
  const moments = new Moments();
  moments.start(5);
  moments.end(3);
  expect(moments.times).toEqual([5, 5]);
});
