/**
 * Runs what the README tells a newcomer to run, and then all that is checked; `.ci/run` is this on a machine that may
 * have nothing but npm. It ends with what failed, how long each step took, and the count of the tests; a step that fails
 * without a failing test counts as one more.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createRunFolder } from "./test/run-folder.ts";
import { recordedRuns } from "./test/test-runs.ts";
import { verifySteps } from "./verify-steps.ts";

const seed = process.env["TEST_SEED"] ?? String(Math.floor(Math.random() * 2 ** 31));
/** How many of its last lines show why a step failed that has no failed test. */
const SHOWN_LINES = 20;
/** After so long a process that a step left behind keeps its output open. */
const DRAIN_MS = 10_000;

const folder = createRunFolder();
const took: string[] = [];
const failures: string[] = [];
let passed = 0;
let failed = 0;
for (const [index, step] of verifySteps(seed).entries()) {
  const command = ["pnpm", ...step].join(" ");
  console.log(`\n=== ${command}`);
  const started = Date.now();
  const runsFile = join(folder, `test-runs-${index}.jsonl`);
  const { isPassed, lastLines } = await run(step, { TEST_RUNS_FILE: runsFile });
  const runs = recordedRuns(runsFile);
  const failedTests = runs.flatMap((of) => of.failures);
  // The tests that other steps run are these tests again, with other versions.
  if (step[0] === "test") passed += runs.reduce((sum, of) => sum + of.passed, 0);
  failed += Math.max(
    isPassed ? 0 : 1,
    runs.reduce((sum, of) => sum + of.failed, 0),
  );
  if (!isPassed) failures.push(`=== ${command}`, ...(failedTests.length > 0 ? failedTests : lastLines));
  const seconds = ((Date.now() - started) / 1_000).toFixed(0).padStart(4);
  took.push(`${seconds} s  ${isPassed ? "passed" : "FAILED"}  ${command}`);
}
if (failures.length > 0) console.log(`\nWhat failed:\n${failures.join("\n")}`);
console.log(`\n${took.join("\n")}\nSeed ${seed}; TEST_SEED=${seed} pnpm verify repeats this run.`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs a step, prints what it prints, and returns the last lines of it. */
async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly isPassed: boolean; readonly lastLines: readonly string[] }> {
  const child = spawn("pnpm", args, {
    cwd: resolve(import.meta.dirname, ".."),
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TEST_SEED: seed, ...env },
  });
  let lastLines: readonly string[] = [];
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.setEncoding("utf8").on("data", (text: string) => {
      to.write(text);
      lastLines = [...lastLines, ...text.split("\n").filter((line) => line !== "")].slice(-SHOWN_LINES);
    });
  }
  const closed = once(child, "close");
  const [code] = (await once(child, "exit")) as [number | null];
  await Promise.race([closed, setTimeout(DRAIN_MS)]);
  for (const output of [child.stdout, child.stderr]) output.destroy();
  return { isPassed: code === 0, lastLines };
}
