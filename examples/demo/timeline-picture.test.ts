import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { crashable, exploreCrashes, renderTimeline, simulate } from "@durable-counter/testing";
import { expect, test } from "vitest";
import { renderTimelinePicture } from "./timeline-picture.ts";

const folder = mkdtempSync(join(tmpdir(), "timeline-"));

test("draws the picture that the documentation shows", async () => {
  const shown = readFileSync(new URL("../../docs/images/timeline.svg", import.meta.url), "utf8");
  const drawn = await renderTimelinePicture();
  expect(drawn === shown, "docs/images/timeline.svg is outdated: run pnpm demo --picture docs/images").toBe(
    true,
  );
});

test("a simulation, and a recorded execution, become a page", async () => {
  const handler = withDurableExecution(async (_event, context) => context.wait("cool down", { days: 30 }));
  const page = join(folder, "timeline.html");
  const file = new URL("../../packages/testing/src/replay/checkout.history.json", import.meta.url);

  const simulation = await simulate(handler, { executionName: "order-17" });
  writeFileSync(page, renderTimeline(simulation));

  expect(readFileSync(page, "utf8")).toContain("Execution order-17");

  const history = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(page, renderTimeline(history));

  expect(readFileSync(page, "utf8")).toContain("cool down");
});

test("an exploration writes its report", async () => {
  let payments = 0;
  const bank = crashable({ pay: async () => `payment ${++payments}` }, "bank");
  const handler = withDurableExecution(async (_event, context) => context.step("pay", () => bank.pay()));
  const report = join(folder, "crashes.html");

  const { failures } = await exploreCrashes(handler, {
    beforeEach: () => (payments = 0),
    check: () => expect(payments).toBe(1),
    report,
  });

  expect(failures[0]?.message).toContain(`Timeline: ${report}`);
});
