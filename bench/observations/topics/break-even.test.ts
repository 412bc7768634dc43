import { expect, test } from "vitest";
import { breakEven } from "./break-even.ts";

const key = (strategy: string, liveKeys: number, writeUnits: number) => ({ strategy, liveKeys, writeUnits });

const measured = {
  prices: { writeUnit: 1e-6 },
  events: [1, 100].flatMap((batch) => [
    { way: "DynamoDB, a batch", batch, dollars: 1e-6 },
    { way: "execution, a batch", batch, dollars: 10e-6 },
    { way: "DynamoDB, durable steps, a batch", batch, dollars: 1_000e-6 },
  ]),
  keys: [
    key("inline", 36, 1),
    key("inline", 3_600, 100),
    key("separate-item", 36, 10),
    key("separate-item", 3_600, 10),
  ],
};

test("a batch breaks even where its share of the event's price is that of a single command", () => {
  const text = JSON.stringify(breakEven(measured));
  expect(text).toContain("“execution, a batch” from 10 commands an event");
  expect(text).not.toContain("“DynamoDB, durable steps, a batch” from");
});

test("a strategy breaks even between the measured rates, on logarithmic axes", () => {
  expect(JSON.stringify(breakEven(measured))).toContain(
    "“separate-item” is cheaper than “inline” from 0.1 events a second",
  );
});

test("without a crossing, it says so and draws no mark", () => {
  const keys = measured.keys.filter(({ strategy }) => strategy === "inline");
  const blocks = breakEven({ ...measured, keys });
  expect(JSON.stringify(blocks)).toContain("no strategy becomes cheaper than another");
  const rate = blocks.find((block) => block.kind === "figure" && block.name === "cost-break-even-rate");
  expect(JSON.stringify(rate)).not.toContain("isMarks");
});
