/** How test runs tell `pnpm verify` what they came to: each adds a line to the file that `TEST_RUNS_FILE` names. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { TestModule } from "vitest/node";

export interface TestRun {
  readonly passed: number;
  readonly failed: number;
  /** A line for each failed test, and for each file that could not be loaded: the file, the test and the error. */
  readonly failures: readonly string[];
}

export function recordRun(modules: readonly TestModule[]): void {
  const file = process.env["TEST_RUNS_FILE"];
  if (file === undefined) return;
  const count = (state: "passed" | "failed") =>
    modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0);
  const run: TestRun = {
    passed: count("passed"),
    failed: count("failed"),
    failures: modules.flatMap(failuresOf),
  };
  appendFileSync(file, `${JSON.stringify(run)}\n`);
}

/** The runs so far. None where the tests did not even start. */
export function recordedRuns(file: string): readonly TestRun[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as TestRun); // as `recordRun` wrote it
}

function failuresOf(module: TestModule): readonly string[] {
  const line = (name: string, errors: readonly { readonly message: string }[] = []) =>
    `${module.relativeModuleId}${name}: ${errors.map(({ message }) => message).join("; ")}`;
  const tests = Array.from(module.children.allTests("failed"), (test) =>
    line(` > ${test.fullName}`, test.result().errors),
  );
  const errors = module.errors();
  return errors.length === 0 ? tests : [...tests, line("", errors)];
}
