import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { simulate } from "../simulator/simulate.ts";
import { estimateCost } from "./estimate-cost.ts";
import { US_EAST_1 } from "./prices.ts";

const FREE = { region: "nowhere", date: "2026-01-01" };
const ONLY_OPERATIONS = {
  ...FREE,
  durableOperation: 1,
  gigabyteWritten: 0,
  gigabyteMonth: 0,
  invocation: 0,
  gigabyteSecond: 0,
  writeUnit: 0,
  readUnit: 0,
};

test("an execution is charged for its start, its steps and its waits", async () => {
  const simulation = await simulate(
    withDurableExecution(async (_event, context) => {
      await context.step("a", async () => 1);
      await context.wait({ seconds: 60 });
      await context.step("b", async () => 2);
    }),
    { payload: {} },
  );
  expect(estimateCost(simulation, ONLY_OPERATIONS)).toMatchObject({ dollars: 4, chargedOperations: 4 });
});

test("each retry of a step is charged", async () => {
  let calls = 0;
  const simulation = await simulate(
    withDurableExecution(async (_event, context) =>
      context.step("a", async () => {
        if (++calls < 3) throw new Error("not yet");
      }),
    ),
    { payload: {} },
  );
  expect(estimateCost(simulation, ONLY_OPERATIONS).chargedOperations).toBe(1 + 3);
});

test("waiting for a callback is charged as three operations, and a map as one and its branches", async () => {
  const simulation = await simulate(
    withDurableExecution(async (_event, context) => {
      await context.waitForCallback("approval", async () => undefined);
      await context.map("chunks", [1, 2], async (_child, item) => item);
    }),
    { payload: {}, callbacks: { approval: () => "yes" } },
  );
  expect(estimateCost(simulation, ONLY_OPERATIONS).chargedOperations).toBe(1 + 3 + 1 + 2);
});

test("the estimate is the sum of its parts", () => {
  const simulation = { operations: [], invocations: 3, bytesWritten: 2_000_000_000 };
  const usage = {
    memoryMegabytes: 512,
    billedMilliseconds: 4_000,
    retentionDays: 15,
    writeUnits: 7,
    readUnits: 5,
  };
  const prices = {
    ...FREE,
    durableOperation: 1,
    gigabyteWritten: 10,
    gigabyteMonth: 100,
    invocation: 1_000,
    gigabyteSecond: 10_000,
    writeUnit: 100_000,
    readUnit: 1_000_000,
  };
  expect(estimateCost(simulation, prices, usage)).toEqual({
    dollars: 1 + 20 + 100 + 3_000 + 20_000 + 700_000 + 5_000_000,
    parts: {
      operations: 1,
      bytesWritten: 20,
      retention: 100,
      invocations: 3_000,
      duration: 20_000,
      writeUnits: 700_000,
      readUnits: 5_000_000,
    },
    chargedOperations: 1,
  });
});

test("a durable operation costs as much as 12.8 write units, at the prices in us-east-1", () => {
  expect(US_EAST_1.durableOperation / US_EAST_1.writeUnit).toBeCloseTo(12.8);
});

test.each([
  [{ memoryMegabytes: 64 }, "usage.memoryMegabytes is 64; pass a number from 128 to 10240."],
  [{ retentionDays: 91 }, "usage.retentionDays is 91; pass a number from 1 to 90."],
  [{ writeUnits: -1 }, "usage.writeUnits is -1; pass a number of at least 0."],
  [{ billedMilliseconds: Number.NaN }, "usage.billedMilliseconds is NaN; pass a number of at least 0."],
])("a usage out of its range is refused: %o", (usage, message) => {
  const simulation = { operations: [], invocations: 1, bytesWritten: 0 };
  expect(() => estimateCost(simulation, US_EAST_1, usage)).toThrow(new RangeError(message));
});
