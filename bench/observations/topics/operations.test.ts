import { describe, expect, test } from "vitest";
import { OPERATION_WAYS, OPERATIONS } from "../emulated/timed-events.ts";
import { figureOf, tableOf, textOf } from "../report/blocks.fixture.ts";
import { inRawReads, operations } from "./operations.ts";

const UPPER = 99;

/** So many milliseconds at the median, and much more for the slowest of a hundred. */
function latenciesAround(median: number): number[] {
  return Array.from({ length: 101 }, (_, index) => (index >= UPPER ? 10 * median : median));
}

const TIMED = OPERATIONS.flatMap((operation, first) =>
  OPERATION_WAYS.map((way, second) => ({
    operation,
    way,
    latencies: latenciesAround(2 * (1 + 4 * first + second)),
  })),
);

describe("percentiles of single operations", () => {
  const rows = inRawReads(TIMED);

  test("are in the p50 of a raw read", () => {
    expect(rows[0]).toEqual({ operation: "read", way: "raw", samples: 101, p50: 1, p99: 10 });
    expect(rows.at(-1)).toEqual({ operation: "write", way: "execution", samples: 101, p50: 8, p99: 80 });
  });

  test("are no numbers without a raw read", () => {
    const [, ...others] = TIMED;
    expect(inRawReads(others).every(({ p50 }) => Number.isNaN(p50))).toBe(true);
  });
});

describe("the report of single operations", () => {
  const data = { engine: "dynalite", busyness: 0.5, rows: inRawReads(TIMED) };
  const blocks = operations.describe(data);

  test("has a row for each operation and way, with its price over the raw operation", () => {
    const { rows } = tableOf(blocks, "operation");
    expect(rows.map((row) => row.join(" | "))).toEqual([
      "read | raw | 101 | 1 | 10 | 1",
      "read | DynamoDB | 101 | 2 | 20 | 2",
      "read | DynamoDB, durable steps | 101 | 3 | 30 | 3",
      "read | execution | 101 | 4 | 40 | 4",
      "write | raw | 101 | 5 | 50 | 1",
      "write | DynamoDB | 101 | 6 | 60 | 1.2",
      "write | DynamoDB, durable steps | 101 | 7 | 70 | 1.4",
      "write | execution | 101 | 8 | 80 | 1.6",
    ]);
  });

  test("draws p50 as bars and p99 as whiskers", () => {
    const { type, series } = figureOf(blocks, "operations-latency");
    expect(type).toBe("bar");
    expect(series.map(({ points }) => points)[1]).toEqual([
      [0, 2, 20],
      [1, 6, 60],
    ]);
  });

  test("tells that the machine was busy only if it was", () => {
    expect(textOf(blocks)).not.toContain("was busy");
    expect(textOf(operations.describe({ ...data, busyness: 4.5 }))).toContain(
      "4.5 processes wanted to run on each core",
    );
  });

  test("is not written without one of the ways", () => {
    expect(() => operations.describe({ ...data, rows: data.rows.slice(1) })).toThrow("rows");
  });
});
