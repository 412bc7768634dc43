import { expect, test } from "vitest";
import { subjects } from "../subjects/subjects.ts";
import { countUnderFaults } from "./count-under-faults.ts";

test.each(subjects)("$name counts the same whenever the seed is the same", async ({ subject }) => {
  const faults = { rate: 0.4, commands: 30, seed: 1 };
  expect(await countUnderFaults(subject, faults)).toEqual(await countUnderFaults(subject, faults));
});
