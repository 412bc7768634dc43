import { describe, expect, test } from "vitest";
import { choose, type ChoiceFigures } from "./choose.ts";
import { chooseCommand } from "./choose-command.ts";

const figures: ChoiceFigures = {
  events: [
    { way: "DynamoDB, a batch", batch: 1, dollars: 2e-6 },
    { way: "DynamoDB, a batch", batch: 10, dollars: 2e-6 },
    { way: "DynamoDB, durable steps, a batch", batch: 1, dollars: 20e-6 },
    { way: "execution, a batch", batch: 1, dollars: 16e-6 },
  ],
  keys: [
    { strategy: "auto", liveKeys: 1, writeUnits: 1 },
    { strategy: "auto", liveKeys: 101, writeUnits: 5 },
    { strategy: "inline", liveKeys: 1, writeUnits: 1 },
    { strategy: "inline", liveKeys: 101, writeUnits: 3 },
  ],
  writeUnitPrice: 1e-6,
};
const question = { rate: 1, batch: 1, window: 1, limits: true, shared: true, durable: false };
const answer = (changed: Partial<typeof question>) => choose({ ...question, ...changed }, figures).join("\n");

describe("choose", () => {
  test.each([
    [{}, "Backend: DynamoDB, a batch."],
    [{ durable: true }, "Backend: DynamoDB, durable steps, a batch."],
    [{ durable: true, shared: false }, "Backend: execution, a batch."],
  ])("recommends a backend by who shares the value and what must survive: %o", (changed, backend) => {
    expect(answer(changed)).toContain(backend);
  });

  test("takes the strategy with the fewest write units for the keys that are kept, and pays for them", () => {
    const text = answer({ window: 51 });
    expect(text).toContain('Strategy: "inline".');
    expect(text).toContain("inline: 2 write units a write");
    expect(text).toContain("Price: $3 for a million commands,"); // 2 measured with one unit, and another unit
  });

  test("a batch shares the price of its event", () => {
    expect(answer({ rate: 10, batch: 10 })).toContain("Price: $0.2 for a million commands,");
  });

  test("shards a hot counter, unless it has limits", () => {
    expect(answer({ rate: 1_000, limits: false })).toMatch(/shards: \d/u);
    expect(answer({ rate: 1_000 })).toContain("cannot be sharded");
    expect(answer({ rate: 100, window: 0.01 })).not.toContain("Warning");
  });

  test("says when a Region cannot start so many executions", () => {
    expect(answer({ rate: 301, durable: true, shared: false })).toContain("300 durable executions a second");
    expect(answer({ rate: 300, durable: true, shared: false })).not.toContain(
      "300 durable executions a second",
    );
  });

  test.each([
    [["--batch", "1"], "--rate is missing; pass a number above 0."],
    [["--rate", "many"], "--rate is many; pass a number above 0."],
    [["--rate", "1", "--batch", "0"], "--batch is 0; pass a number from 1."],
    [["--rate", "1", "--limits", "perhaps"], '--limits is "perhaps"; pass yes or no.'],
  ])("the command refuses %j", (args, message) => {
    expect(() => chooseCommand(args, "nowhere")).toThrow(new TypeError(message));
  });
});
