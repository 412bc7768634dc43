/**
 * Runs what the README tells a newcomer to run, and then all that is checked; `.ci/run` is this on a machine that may
 * have nothing but npm. The last line counts the tests; a step that fails without a failing test counts as one more.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createRunFolder } from "./test/run-folder.ts";

const seed = process.env["TEST_SEED"] ?? String(Math.floor(Math.random() * 2 ** 31));
const STEPS: readonly (readonly string[])[] = [
  ["demo"],
  ["test", "--coverage"],
  // Every package's own test script finds its tests. Each test has run above, and no test has an empty name.
  ["--recursive", "test", "--project", "unit", "--testNamePattern", "^$"],
  ["test:versions"],
  ["test:consumers"],
  ["bench", "--quick"],
  ["soak", "--kills", "50", "--executions", "15", "--seed", seed],
  // Somewhere else: the committed report is of a full run, and a unit test compares it with its data.
  ["observe", "--quick", "--fresh", "--out", "node_modules/.cache/durable-counter/observations"],
  ["check"],
  ["check:site"],
];

const folder = createRunFolder();
const countsFile = join(folder, "test-counts.json");
const took: string[] = [];
let passed = 0;
let failed = 0;
for (const step of STEPS) {
  const command = ["pnpm", ...step].join(" ");
  console.log(`\n=== ${command}`);
  const started = Date.now();
  const isPassed = await run(step, step[0] === "test" ? { TEST_COUNTS_FILE: countsFile } : {});
  const counts = step[0] === "test" ? testCounts() : { passed: 0, failed: 0 };
  passed += counts.passed;
  failed += counts.failed;
  if (!isPassed && counts.failed === 0) failed++;
  const seconds = ((Date.now() - started) / 1_000).toFixed(0).padStart(4);
  took.push(`${seconds} s  ${isPassed ? "passed" : "FAILED"}  ${command}`);
}
console.log(`\n${took.join("\n")}\nSeed ${seed}; TEST_SEED=${seed} pnpm verify repeats this run.`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn("pnpm", args, {
    cwd: resolve(import.meta.dirname, ".."),
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, TEST_SEED: seed, ...env },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}

/** None where the tests did not even start. */
function testCounts(): { readonly passed: number; readonly failed: number } {
  if (!existsSync(countsFile)) return { passed: 0, failed: 0 };
  return JSON.parse(readFileSync(countsFile, "utf8")) as { passed: number; failed: number }; // as the reporter wrote it
}
