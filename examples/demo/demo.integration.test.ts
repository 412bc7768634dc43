import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const script = fileURLToPath(new URL("../demo.ts", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the demo as a user does. */
const run = (...args: string[]) =>
  new Promise<{ code: number; text: string; complaint: string }>((resolve) => {
    const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
    execFile(process.execPath, [...flags, script, ...args], (error, text, complaint) => {
      resolve({ code: Number(error?.code ?? 0), text, complaint });
    });
  });
const file = async (text: string) => {
  const path = join(folder, "event.json");
  await writeFile(path, text);
  return path;
};
/** The cells of a handler's row in the n-th table. */
const row = (text: string, handler: string, table: 0 | 1) =>
  text
    .split("\n")
    .filter((line) => line.includes(`│ ${handler}`))
    .at(table)
    ?.split("│")
    .map((cell) => cell.trim())
    .slice(2, -1);

describe("the demo", () => {
  test("shows the naive counter wrong and ours right, by running them", async () => {
    const { code, text } = await run();
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
    expect(row(text, "02-stateless", 1)).toEqual([
      "7",
      "4",
      "–",
      "3",
      "sent again, recognised by its idempotency key",
    ]);
    expect(row(text, "03-durable", 1)).toEqual([
      "7",
      "4",
      "4",
      "6",
      "sent again, recognised by its idempotency key",
    ]);
    expect(text).toContain("00-naive-counter is at 12 and should be at 7.");
  });

  test("takes an event of one's own", async () => {
    const event = {
      counterId: "mine",
      commands: [
        { type: "increment", amount: 1 },
        { type: "decrement", amount: 2 },
      ],
    };
    const { code, text } = await run("--", "--event", await file(JSON.stringify(event)));
    expect(code).toBe(0);
    expect(text).toContain('Counter "mine": increment 1, decrement 2 — sent without an idempotency key.');
    expect(row(text, "02-stateless", 0)?.[0]).toBe("limit-exceeded");
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
    const { code, complaint } = await run("--event", await file(text));
    expect(code).toBe(2);
    expect(complaint).toMatch(message);
  });

  test("refuses a file that is not there, and an option it does not know", async () => {
    expect((await run("--event", "nowhere.json")).complaint).toMatch(
      /^nowhere.json does not exist; pass a JSON file/u,
    );
    expect((await run("--evnt", "x")).complaint).toContain("--evnt");
  });
});
