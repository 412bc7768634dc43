import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";

const draws: (readonly [string, string, number])[] = [];
const draw = () => [randomUUID(), crypto.randomUUID(), Math.random()] as const;

test("a test that runs again draws the same keys and numbers", { repeats: 1 }, () => {
  draws.push(draw());
  expect(draws.at(-1)).toEqual(draws[0]);
});

test("another test draws others, and none twice", () => {
  expect(draws).toHaveLength(2);
  const [first, second] = [draw(), draw()];
  expect(new Set([...(draws[0] ?? []), ...first, ...second]).size).toBe(9);
  expect(first[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/u);
});
