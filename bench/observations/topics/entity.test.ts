import { describe, expect, test } from "vitest";
import { figureOf, tableOf, textOf } from "../report/blocks.fixture.ts";
import { entity, inPlainAdds, limitsOf } from "./entity.ts";

const count = (
  way: "plain ADD" | "DynamoDB" | "execution",
  batch: number,
  callers: number,
  rates: number[],
) => ({
  way,
  batch,
  callers,
  rates,
  isRight: true,
  writeUnits: way === "execution" ? 0 : 2 / batch,
});
const COUNTS = [
  count("plain ADD", 1, 1, [2, 4, 8]),
  count("plain ADD", 1, 2, [3, 6, 12]),
  count("DynamoDB", 100, 1, [20, 40, 800]),
  count("execution", 1, 1, [1, 1, 1]),
];

describe("the throughput of an entity", () => {
  test("is in plain ADDs of the same repetition, so that a busy moment changes nothing", () => {
    expect(inPlainAdds(COUNTS).map(({ throughput }) => throughput)).toEqual([1, 1.5, 10, 0.25]);
  });

  test("is not told without the plain ADD of one process", () => {
    expect(() => inPlainAdds(COUNTS.slice(1))).toThrow("The plain ADD of one process");
  });

  test("is limited by the write units of a partition", () => {
    expect(limitsOf(inPlainAdds(COUNTS))).toEqual([
      { name: "plain ADD", perSecond: 500 },
      { name: "plain ADD", perSecond: 500 },
      { name: "DynamoDB, batches of 100", perSecond: 50_000 },
    ]);
  });
});

describe("the report of an entity", () => {
  const data = { engine: "dynalite", busyness: 0.5, unitRequests: 20, rows: inPlainAdds(COUNTS) };
  const blocks = entity.describe(data);

  test("has a row for each way and number of processes", () => {
    expect(tableOf(blocks, "way to count").rows[1]).toEqual(["plain ADD", "1", "2", "1.5", "2", "yes"]);
  });

  test("draws the limits of ours, and then those of others", () => {
    const { categories, series } = figureOf(blocks, "entity-limit");
    const [ours, published] = series;
    expect(ours?.points).toEqual([
      [0, 500],
      [1, 50_000],
    ]);
    expect(categories?.[2]).toBe("Netherite, 1 core");
    expect(published?.points[0]).toEqual([2, 900]);
    expect(published?.points.at(-1)).toEqual([5, 64]);
  });

  test("draws what more processes gain beside Netherite", () => {
    const { series } = figureOf(blocks, "entity-scaling");
    expect(series.map(({ name, points }) => [name, points.at(-1)])).toEqual([
      ["plain ADD", [2, 1.5]],
      ["Netherite (published)", [4, 1_900 / 900]],
    ]);
  });

  test("tells of a wrong value", () => {
    const rows = data.rows.map((row) => ({ ...row, isRight: row.callers === 1 }));
    expect(entity.violations({ ...data, rows })).toEqual([
      '"plain ADD" came to a wrong value with 2 processes.',
    ]);
    expect(entity.violations(data)).toEqual([]);
    expect(textOf(entity.describe({ ...data, rows }))).not.toContain("undefined");
  });
});
