import { expect, test } from "vitest";
import { commandLine } from "./command-line.ts";

async function run(...args: string[]) {
  const lines: string[] = [];
  const exitCode = await commandLine(args, (text) => lines.push(text));
  return { exitCode, text: lines.join("\n") };
}

test("runs only the bench that is named", async () => {
  const { exitCode, text } = await run("--quick", "floor");
  expect(exitCode).toBe(0);
  expect(text).toMatch(/^floor: .* 3 steps\n/u);
  expect(text).toMatch(/ simulate .*× the time .* not judged /u);
  expect(text).not.toContain("aws:");
});

test("lists the benches", async () => {
  expect((await run("--help")).text).toContain("aws, floor, fake-context, crashes");
  await expect(run("flor")).rejects.toThrow('There is no bench "flor"; pass some of aws, floor, ');
});

test("refuses unknown options", async () => {
  await expect(run("--fast")).rejects.toThrow("'--fast'");
});
