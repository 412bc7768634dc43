import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

function run(script: string, ...args: readonly string[]) {
  const node = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
  const file = join(import.meta.dirname, "..", script);
  return spawnSync(process.execPath, [...node, file, ...args], { encoding: "utf8" });
}

describe("a script that runs for long refuses at once", () => {
  test.each([
    ["test-versions.ts", "older", 'There is no end "older"; pass oldest, newest or both.'],
    ["test-consumers.ts", "nothing", "No project's name contains nothing; pass part of one of these:"],
    ["test-consumers.ts", "--mirror", "Unknown option '--mirror'."],
    ["test/soak.ts", "nothing", "No random test is named nothing; pass part of the path of one"],
    ["test/soak.ts", "--rounds=x", '--rounds is "x"; pass a whole number from 1.'],
  ])("%s %s", (script, argument, message) => {
    const { status, stdout, stderr } = run(script, argument);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr.slice(0, message.length)).toBe(message);
    expect(stderr).toContain("\n\nUsage: pnpm test:");
  });
});

test.each(["test-versions.ts", "test-consumers.ts", "test/soak.ts"])(
  "%s --help prints the usage",
  (script) => {
    const { status, stdout } = run(script, "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: pnpm test:[\s\S]*--help +this text\n$/u);
  },
);
