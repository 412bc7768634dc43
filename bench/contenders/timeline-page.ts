import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { renderTimeline, simulate } from "@durable-counter/testing";
import type { Browser } from "playwright-core";
import type { Contender } from "../measure/bench.ts";
import { startBrowser } from "./browser.ts";
import { steps } from "./steps.ts";

/** What a reader waits for, in milliseconds. */
export interface PageTimes {
  /** Until `renderTimeline` has returned. */
  readonly render: number;
  /** From the request of the page until it has been painted. */
  readonly open: number;
  /** From one frame to the next while the reader scrolls: the 95th percentile. */
  readonly frame: number;
}

/** Resolves in the frame after the next: then the next has been painted. */
const PAINTED = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))";
/** Scrolls the figure to its right end and the page to its lower end, a part in each frame. */
const SCROLL = `new Promise((resolve) => {
  const figure = document.querySelector(".scroll");
  const frames = [];
  const total = 60;
  let before;
  const frame = (now) => {
    if (before !== undefined) frames.push(now - before);
    before = now;
    const share = frames.length / total;
    figure.scrollLeft = share * (figure.scrollWidth - figure.clientWidth);
    figure.scrollTop = share * (figure.scrollHeight - figure.clientHeight);
    scrollTo(0, share * (document.documentElement.scrollHeight - innerHeight));
    if (frames.length < total) requestAnimationFrame(frame); else resolve(frames.sort((a, b) => a - b)[Math.floor(0.95 * total)]);
  };
  requestAnimationFrame(frame);
})`;

/** A timeline of so many operations in a browser. */
export function timelinePage(operations: number): Contender {
  let simulation: Awaited<ReturnType<typeof simulate>>;
  let browser: Browser;
  let file = "";
  return {
    setUp: async () => {
      simulation = await simulate(withDurableExecution(steps(operations)));
      if (simulation.operations.length !== operations) throw new Error("The simulation failed.");
      const folder = mkdtempSync(join(tmpdir(), "durable-counter-timeline-"));
      process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
      file = join(folder, "timeline.html");
      browser = await startBrowser();
    },
    run: async () => {
      const before = performance.now();
      const html = renderTimeline(simulation);
      const render = performance.now() - before;
      writeFileSync(file, html);
      const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
      try {
        const asked = performance.now();
        await page.goto(pathToFileURL(file).href);
        await page.evaluate(PAINTED);
        const open = performance.now() - asked;
        const frame = await page.evaluate<number>(SCROLL);
        return { render, open, frame } satisfies PageTimes;
      } finally {
        await page.close();
      }
    },
  };
}
