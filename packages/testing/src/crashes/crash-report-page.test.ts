import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { beforeEach, expect, test } from "vitest";
import { crashable } from "./crashable.ts";
import { exploreCrashes } from "./explore-crashes.ts";

let file: string;
let paid = 0;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), "report-")), "of", "crashes.html");
});

const bank = crashable({ pay: async () => void (paid += 1) }, "bank");
const pay = withDurableExecution(async (_event, context) => context.step("pay", () => bank.pay()));
const reset = () => (paid = 0);
const check = () => {
  if (paid !== 1) throw new Error(`paid ${paid} times`);
};

test("writes the timelines of all failures, and each failure names the file", async () => {
  const { failures } = await exploreCrashes(pay, { beforeEach: reset, check, crashes: 2, report: file });
  const page = readFileSync(file, "utf8");
  expect(failures.length).toBeGreaterThan(1);
  for (const { message, where } of failures) {
    expect(message).toContain(`\nTimeline: ${file}\n`);
    expect(page).toContain(where.replaceAll('"', "&quot;"));
  }
  expect(page.match(/<section>/g)).toHaveLength(failures.length);
  const crashes = Array.from(
    page.matchAll(/<h1>([^<]*)/g),
    ([, title = ""]) => title.split("and again").length,
  );
  expect(crashes).toEqual(crashes.toSorted((a, b) => a - b));
  expect(crashes).toContain(2);
  expect(page).not.toContain('<details class="table" open>');
});

test("shows some of many failures", async () => {
  const fail = () => {
    throw new Error("never right");
  };
  const always = withDurableExecution(async (_event, context) => {
    for (let step = 0; step < 12; step += 1) await context.step(`step ${step}`, async () => step);
  });
  let runs = 0;
  const { failures } = await exploreCrashes(always, { check: () => runs++ > 0 && fail(), report: file });
  const page = readFileSync(file, "utf8");
  expect(failures.length).toBeGreaterThan(20);
  expect(page.match(/<section>/g)).toHaveLength(20);
  expect(page).toContain(
    `The exploration has found ${failures.length} failures. These 20 have the fewest crashes.`,
  );
});

test("writes what was found before the exploration was stopped", async () => {
  const options = { beforeEach: reset, check, maxRuns: 4, report: file };
  await expect(exploreCrashes(pay, options)).rejects.toThrow("more than 4 runs");
  expect(readFileSync(file, "utf8")).toContain("after bank.pay ran");
});

test("leaves no report of an earlier exploration, and none without failures", async () => {
  await exploreCrashes(pay, { beforeEach: reset, check, report: file });
  expect(existsSync(file)).toBe(true);
  const { failures } = await exploreCrashes(pay, { beforeEach: reset, report: file });
  expect({ failures, exists: existsSync(file) }).toEqual({ failures: [], exists: false });
});

test("the timeline of an execution that never ended is there too", async () => {
  let invocations = 0;
  const stuck = withDurableExecution(async (_event, context) => {
    await context.step("count", async () => (invocations += 1));
    if (invocations > 1) await context.createCallback("never").then(async ([promise]) => promise);
  });
  const { failures } = await exploreCrashes(stuck, { beforeEach: () => (invocations = 0), report: file });
  expect(failures[0]?.problems[0]).toContain("It did not end.");
  expect(readFileSync(file, "utf8")).toContain("callback &quot;never&quot;");
});

test("refuses a file that is no page, before it touches it", async () => {
  const source = `${file.slice(0, file.lastIndexOf("of"))}handler.ts`;
  writeFileSync(source, "code");
  const exploration = exploreCrashes(pay, { report: source });
  await expect(exploration).rejects.toThrow(
    // A long path is cut.
    /^options\.report is ".*; pass the path of a file that ends in \.html/,
  );
  expect(readFileSync(source, "utf8")).toBe("code");
});

test("a failure that is printed does not show everything that happened", async () => {
  const { failures } = await exploreCrashes(pay, { beforeEach: reset, check });
  expect(Object.keys(failures[0] ?? {})).toEqual(["crashes", "where", "problems", "message"]);
});
