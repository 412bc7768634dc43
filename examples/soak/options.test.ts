import { expect, test } from "vitest";
import { commandOf, soakOptions, UsageError } from "./options.ts";

test("the command of a soak has the same options", () => {
  const args = [
    "--seed",
    "7",
    "--kills",
    "50",
    "--executions",
    "15",
    "--engine",
    "dynalite",
    "--plant",
    "lost-count",
  ];
  const options = soakOptions(args);
  expect(options).toEqual({
    seed: 7,
    kills: 50,
    executions: 15,
    engine: "dynalite",
    killRate: 0.2,
    plant: "lost-count",
    figures: undefined,
  });
  expect(soakOptions(commandOf(options).split(" ").slice(2))).toEqual(options);
});

test.each([
  [["--kills", "0"], '--kills is "0"; pass a whole number from 1'],
  [["--executions", "many"], '--executions is "many"; pass a whole number from 1'],
  [["--kill-rate", "1"], '--kill-rate is "1"; pass a probability above 0, up to 0.5.'],
  [["--engine", "sqlite"], '--engine is "sqlite"; pass auto, dynalite, dynamodb-local.'],
  [["--plant", "weed"], '--plant is "weed"; pass double-count, lost-count.'],
  [["--unknown"], "Unknown option '--unknown'"],
])("refuses %j", (args, message) => {
  expect(() => soakOptions(args)).toThrow(UsageError);
  expect(() => soakOptions(args)).toThrow(message);
});
