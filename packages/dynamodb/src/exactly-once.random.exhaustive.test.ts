import fc from "fast-check";
import { expect, test } from "vitest";
import { randomRuns, testSeed } from "../../../scripts/test/random.ts";
import { runHistory } from "./exactly-once.history.fixture.ts";
import { history } from "./exactly-once.random-history.fixture.ts";

const FILE = "packages/dynamodb/src/exactly-once.random.exhaustive.test.ts";

test("random histories keep every guarantee", async () => {
  const property = fc.asyncProperty(
    history,
    async (drawn) => (await runHistory(drawn)).violations.length === 0,
  );
  const { counterexample, seed, counterexamplePath } = await fc.check(property, { numRuns: randomRuns(60) });
  if (counterexample === null) return;
  const [failing] = counterexample;
  const { violations, trace } = await runHistory(failing);
  const report = [
    ...violations,
    `Seed ${seed}, path ${counterexamplePath}. To run it again:`,
    `TEST_SEED=${testSeed} SOAK_FACTOR=${randomRuns(1)} pnpm exec vitest run ${FILE}`,
    `The history: ${JSON.stringify(failing)}`,
    ...trace,
  ];
  expect.fail(report.join("\n"));
});
