import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { devOptions } from "./dev-options.ts";
import { main } from "./main.ts";

const folder = mkdtempSync(join(tmpdir(), "emulator-options-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content = "") => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const handler = file("order.handler.ts");

test("names each function after its file, and has defaults", () => {
  expect(devOptions([handler])).toEqual({
    functions: [{ name: "order-handler", file: handler }],
    port: 3_001,
    watch: false,
    dataFile: undefined,
    env: {},
    memoryMB: 1_024,
    timeoutSeconds: 60,
    chaos: undefined,
  });
});

test("reads variables as Node's --env-file does", () => {
  const env = file("good.env", '# a comment\n\nTABLE=counters\nexport QUOTED="two\nlines"\nEMPTY=\n');
  expect(devOptions([handler, "--env", env]).env).toEqual({
    TABLE: "counters",
    QUOTED: "two\nlines",
    EMPTY: "",
  });
});

test("reads what to kill", () => {
  const args = ["--kill-rate", "0.1", "--seed", "7", "--kill-at", "body", "--kill-at", "reply"];
  expect(devOptions([handler, ...args]).chaos).toEqual({ rate: 0.1, seed: 7, at: ["body", "reply"] });
  expect(devOptions([handler, "--kill-rate", "1"]).chaos?.seed).toBeGreaterThanOrEqual(0);
});

test.each([
  [[], "Name the files of the handlers"],
  [["nowhere.ts"], "nowhere.ts is no file"],
  [[handler, file("order.handler.js")], 'would both be the function "order-handler"'],
  [[file(`${"x".repeat(65)}.ts`)], "65 characters; Lambda allows 1 to 64"],
  [[handler, "--port", "70000"], '--port is "70000"; pass a whole number from 0 to 65535'],
  [[handler, "--timeout", "1h"], '--timeout is "1h"; pass a whole number from 1 to 900'],
  [[handler, "--memory", "64"], '--memory is "64"; pass a whole number from 128 to 10240'],
  [[handler, "--kill-rate", "2"], '--kill-rate is "2"; pass a probability from 0 to 1'],
  [[handler, "--kill-rate", "1", "--kill-at", "start"], '--kill-at is "start"; pass checkpoint, body, reply'],
  [[handler, "--data", ""], '--data is ""; pass the name of a file'],
  [[handler, "--seed", "1"], "--kill-at and --seed need --kill-rate"],
  [[handler, "--env", "nowhere.env"], "--env names nowhere.env, which cannot be read"],
  [
    [handler, "--env", file("bad.env", 'A="two\nlines"\nTABLE counters\n')],
    'bad.env:3 is "TABLE counters"; write NAME=value',
  ],
])("refuses %j", (args, message) => {
  expect(() => devOptions(args)).toThrow(message);
});

test.each([
  [[], 2, "durable-emulator dev HANDLER.ts…"],
  [["--help"], 0, "durable-emulator dev HANDLER.ts…"],
])("prints its usage for %j", async (args, exitCode, text) => {
  const lines: string[] = [];
  expect(await main(args, (line) => lines.push(line))).toBe(exitCode);
  expect(lines.join("\n")).toContain(text);
});
