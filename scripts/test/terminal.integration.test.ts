import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("tests of texts pass in a terminal that asks for colours", () => {
  const { NO_COLOR: _, ...env } = process.env;
  const vitest = join(import.meta.dirname, "../../node_modules/vitest/vitest.mjs");
  const tests = ["--project", "unit", "packages/testing/src/matchers.test.ts"];
  const { status, stdout } = spawnSync(process.execPath, [vitest, "run", ...tests], {
    cwd: join(import.meta.dirname, "../.."),
    env: { ...env, FORCE_COLOR: "1" },
    encoding: "utf8",
  });
  expect(stdout).toContain("\u001B["); // the report, which is for people
  expect(status).toBe(0);
});
