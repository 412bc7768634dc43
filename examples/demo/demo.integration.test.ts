import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demo } from "./demo.ts";

let folder: string;
/** In this process the demo runs once: the handlers keep the endpoint they found when they were imported. */
let firstRun: ReturnType<typeof run>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-"));
  firstRun = run("--picture", folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the demo in this process. */
async function run(...args: string[]) {
  const lines: string[] = [];
  const code = await demo(args, (line) => lines.push(line));
  return { code, text: lines.join("\n") };
}
const file = async (text: string) => {
  const path = join(folder, "event.json");
  await writeFile(path, text);
  return path;
};
/** The cells of a handler's row in the first or second table. */
const row = (text: string, handler: string, table: 0 | 1) =>
  text
    .split("\n")
    .filter((line) => line.includes(`│ ${handler}`))
    .at(table)
    ?.split("│")
    .map((cell) => cell.trim())
    .slice(2, -1);

describe("the demo", () => {
  test("shows the naive counter wrong and the others right, by running them", async () => {
    const { code, text } = await firstRun;
    const recognised = "sent again, recognised by its idempotency key";
    expect(code).toBe(0);
    expect(row(text, "00-naive", 0)?.[0]).toBe("7");
    expect(row(text, "00-naive", 1)).toEqual([
      "12, not 7",
      "4",
      "4",
      "5",
      "sent again, counted again: off by 5",
    ]);
    expect(row(text, "01-durable", 1)).toEqual(["7", "4", "4", "0", "function started 5 times, replayed"]);
    expect(row(text, "02-stateless", 1)).toEqual(["7", "4", "–", "3", recognised]);
    expect(row(text, "03-durable", 1)).toEqual(["7", "4", "4", "6", recognised]);
    expect(text).toContain("00-naive-counter is at 12 and should be at 7.");
  });

  test("takes an event of one's own, and is started as users start it", async () => {
    const commands = [
      { type: "increment", amount: 1 },
      { type: "decrement", amount: 2 },
    ];
    const script = fileURLToPath(new URL("../demo.ts", import.meta.url));
    const event = await file(JSON.stringify({ counterId: "mine", commands }));
    const { stdout } = await promisify(execFile)(process.execPath, [script, "--", "--event", event]);
    expect(stdout).toContain('Counter "mine": increment 1, decrement 2 — sent without an idempotency key.');
    expect(row(stdout, "02-stateless", 0)?.[0]).toBe("limit-exceeded");
  });

  test("draws the pictures that the README and the documentation show", async () => {
    await firstRun;
    for (const name of ["lost-reply-light.svg", "lost-reply-dark.svg", "timeline.svg"]) {
      const drawn = await readFile(join(folder, name), "utf8");
      const shown = await readFile(new URL(`../../docs/images/${name}`, import.meta.url), "utf8");
      expect(drawn === shown, `docs/images/${name} is outdated: run pnpm demo --picture docs/images`).toBe(
        true,
      );
    }
  });

  test("explains itself", async () => {
    expect((await run("--help")).text).toMatch(/^Usage: pnpm demo \[--event FILE\]/u);
  });

  test.each([
    ["{", /event\.json is not JSON \(.*\); compare examples\/events\/shopping-cart\.json/u],
    ["[]", /event\.json is \[\]; pass an object with "counterId"/u],
    [
      '{"counterId":"a","commands":[{"type":"add"}]}',
      /event\.json\.commands\[0\]\.type is "add"; pass a command/u,
    ],
  ])("refuses the file %s with a clear error", async (text, message) => {
    await expect(run("--event", await file(text))).rejects.toThrow(message);
  });

  test("refuses a missing file and an unknown option", async () => {
    await expect(run("--event", "nowhere.json")).rejects.toThrow(
      /^nowhere.json does not exist; pass a JSON file/u,
    );
    await expect(run("--evnt", "x")).rejects.toThrow("--evnt");
  });
});
