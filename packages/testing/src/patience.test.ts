import { performance } from "node:perf_hooks";
import { expect, test } from "vitest";
import { afterPatience } from "./patience.ts";

/** Blocks the event loop, as a machine does that gives the process no time. */
function stall(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test("a stall of the process uses up one look, not all of the patience", async () => {
  const order: string[] = [];
  const ended = new Promise<void>((resolve) => {
    afterPatience(150, () => {
      order.push("out of patience");
      resolve();
    });
  });
  stall(200);
  setImmediate(() => setTimeout(() => order.push("work that was due"), 0));
  await ended;
  expect(order).toEqual(["work that was due", "out of patience"]);
});

test("it can be cancelled", async () => {
  let called = false;
  const cancel = afterPatience(1, () => (called = true));
  cancel();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(called).toBe(false);
});
