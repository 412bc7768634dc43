import { describe, expect, test } from "vitest";
import { figureOf, tableOf, textOf } from "../report/blocks.fixture.ts";
import { gainsOf, rowOf, steps } from "./steps.ts";

const TIMES: Readonly<Record<string, number>> = {
  "plain ADD, not durable": 2,
  "an invocation for each step": 12,
  "DynamoDB, durable steps": 4,
  execution: 3,
  "DynamoDB, durable steps, one batch": 1,
};
const rows = Object.entries(TIMES).map(([name, time]) => {
  const isDurable = name.includes("durable steps") || name === "execution";
  return rowOf({
    steps: 10,
    name,
    times: [100 * time, time, 0],
    usage: {
      attempts: isDurable ? Array.from({ length: 10 }, () => 1) : [],
      invocations: 1,
      bytesWritten: 0,
    },
    writeUnits: 0,
    isRight: true,
  });
});
const data = {
  engine: "dynalite",
  busyness: 0.5,
  prices: { region: "us-east-1", date: "2026-11-27", durableOperation: 8e-6, invocation: 2e-7 },
  rows,
};

describe("a workflow of steps", () => {
  test("has the median time of its repetitions", () => {
    expect(rows.map(({ time }) => time)).toEqual(Object.values(TIMES));
  });

  test("costs the start of an execution and each operation only where it is durable", () => {
    const [plain, , durable] = rows;
    expect(plain).toMatchObject({ chargedOperations: 0, dollars: expect.closeTo(0.2e-6, 9) });
    expect(durable).toMatchObject({ chargedOperations: 11, dollars: expect.closeTo(88.2e-6, 9) });
  });

  test("is compared with an invocation for each step, and with the gain that DBOS reports", () => {
    expect(gainsOf(rows).map(({ name, points }) => [name, points[0]])).toEqual([
      ["DynamoDB, durable steps", [10, 3]],
      ["execution", [10, 4]],
      ["DynamoDB, durable steps, one batch", [10, 12]],
      ["DBOS over Step Functions, at most (published)", [10, 25]],
    ]);
  });
});

describe("the report of steps", () => {
  const blocks = steps.describe(data);

  test("has a row for each way", () => {
    expect(tableOf(blocks, "steps").rows[2]).toEqual([
      "10",
      "DynamoDB, durable steps",
      "4",
      "$88.20",
      "11",
      "1",
      "0",
      "0",
      "yes",
    ]);
  });

  test("draws the published gain as such", () => {
    expect(figureOf(blocks, "steps-gain").series.map(({ isPublished }) => isPublished === true)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test("says how many invocations a durable step costs", () => {
    expect(textOf(blocks)).toContain("A durable step costs as much as 40 invocations");
  });

  test("tells of a wrong value", () => {
    const wrong = rows.map((row) => ({ ...row, isRight: row.way !== "execution" }));
    expect(steps.violations({ ...data, rows: wrong })).toEqual([
      '"execution" came to a wrong value after 10 steps.',
    ]);
    expect(steps.violations(data)).toEqual([]);
  });

  test("is not written without one of the ways", () => {
    const others = rows.filter(({ way }) => way !== "execution");
    expect(() => steps.describe({ ...data, rows: [...others, ...others] })).toThrow(
      '"execution" was not measured',
    );
  });
});
