import { describe, expect, test } from "vitest";
import { offerLoad } from "../measure/offered-load.ts";
import { figureOf, tableOf, textOf } from "../report/blocks.fixture.ts";
import { throughput } from "./throughput.ts";

const row = (way: string, offered: number, p50: number) => ({
  way,
  varied: "load",
  offered,
  counters: 1,
  skew: 0,
  p50,
  p99: 2 * p50,
  throughput: offered,
});
const skewed = (way: string, skew: number, p50: number) => ({
  ...row(way, 3, p50),
  varied: "skew",
  counters: 100,
  skew,
});
const ROWS = [
  row("plain ADD", 0.5, 1),
  row("plain ADD", 2, 1),
  row("DynamoDB", 0.5, 1),
  row("DynamoDB", 2, 1),
  row("read, then write on condition", 0.5, 2),
  row("read, then write on condition", 2, 9.123),
  skewed("DynamoDB", 0, 1),
  skewed("DynamoDB", 0.999, 1.5),
];

describe("the report of throughput", () => {
  const blocks = throughput.describe(ROWS);

  test("has a row for each measurement, with p50 and p99", () => {
    const { rows } = tableOf(blocks, "way to count");
    expect(rows).toHaveLength(ROWS.length);
    expect(rows[5]).toEqual(["read, then write on condition", "2", 1, "0", "2", "9.12", "18.2"]);
  });

  test("tells the latencies at the highest load", () => {
    expect(textOf(blocks)).toContain("read, then write on condition 9.12 and 18.2");
  });

  test("says that the store is like ADD only where it is", () => {
    const sentence = "its lines lie on those of `ADD`";
    const like = ROWS.filter(({ varied }) => varied === "load");
    expect(
      textOf(throughput.describe(like.concat(skewed("plain ADD", 0, 1), skewed("DynamoDB", 0, 1)))),
    ).toContain(sentence);
    expect(textOf(blocks)).not.toContain(sentence);
  });

  test("draws p99 of each way as the dashed partner of its p50", () => {
    const { series } = figureOf(blocks, "throughput-load");
    expect(series.map(({ name, isUpper }) => [name, isUpper])).toEqual([
      ["plain ADD, p50", false],
      ["plain ADD, p99", true],
      ["DynamoDB, p50", false],
      ["DynamoDB, p99", true],
      ["read, then write on condition, p50", false],
      ["read, then write on condition, p99", true],
    ]);
    expect(series.at(-1)?.points).toEqual([
      [0.5, 4],
      [2, 18.246],
    ]);
  });

  test("draws ours beside published systems, each in its own first point", () => {
    const { series } = figureOf(blocks, "throughput-load-published");
    expect(series.find(({ name }) => name === "read, then write on condition")?.points).toEqual([
      [1, 1],
      [4, 4.5615],
    ]);
    const beldi = series.find(({ name }) => name === "Beldi (published)");
    expect(beldi?.points[3]).toEqual([4, 6_958.25 / 147.15]);
  });
});

test("a load with the same seed has the same latencies", async () => {
  const load = { offered: 2, counters: 1, skew: 0, commands: 20, seed: 7 };
  const first = await offerLoad("read, then write on condition", load);
  expect(await offerLoad("read, then write on condition", load)).toEqual(first);
  expect(first.p99).toBeGreaterThan(first.p50);
});

test("a load that is far apart takes a round trip for a command, and two where it reads first", async () => {
  const load = { offered: 0.001, counters: 1, skew: 0, commands: 30, seed: 7 };
  const [add, reading] = [
    await offerLoad("plain ADD", load),
    await offerLoad("read, then write on condition", load),
  ];
  expect(add.p50).toBeCloseTo(1, 0);
  expect(reading.p50).toBeCloseTo(2, 0);
});
