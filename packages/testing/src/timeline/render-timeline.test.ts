import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { beforeAll, describe, expect, test } from "vitest";
import { crashable } from "../crashes/crashable.ts";
import { exploreCrashes } from "../crashes/explore-crashes.ts";
import type { CrashFailure } from "../crashes/failure-message.ts";
import { wireId } from "../service/operation-positions.ts";
import { simulate } from "../simulator/simulate.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { startSimulation } from "../simulator/start-simulation.ts";
import { renderTimeline, renderTimelineSvg } from "./render-timeline.ts";
import type { TimelineSource } from "./read-input.ts";

const EVIL = `</script></title><img src=x onerror=alert(1)>"' \u202e\u0000`;

const handler = withDurableExecution(async (event: { text: string }, context) => {
  await context.step("price", async () => event.text);
  await context.wait("cool down", { days: 30 });
  return context.step("ship", async () => event.text);
});

let simulation: Simulation;
let failure: CrashFailure | undefined;
const fixture = JSON.parse(
  readFileSync(new URL("../replay/checkout.history.json", import.meta.url), "utf8"),
) as { Events: object[] };
const concurrent = [{ key: EVIL, process: EVIL, start: 1, end: 2, input: EVIL, output: EVIL }];

beforeAll(async () => {
  simulation = await simulate(handler, { payload: { text: EVIL }, executionName: "evil" });
  let paid = 0;
  const bank = crashable({ pay: async () => void (paid += 1) }, "bank");
  const pay = withDurableExecution(async (_event, context) => context.step("pay", () => bank.pay()));
  const { failures } = await exploreCrashes(pay, {
    beforeEach: () => (paid = 0),
    check: () => {
      if (paid !== 1) throw new Error(`paid ${paid} times`);
    },
  });
  failure = failures[0];
});

const sources: readonly (readonly [string, () => TimelineSource, readonly string[]])[] = [
  ["a simulation", () => simulation, ["price", "cool down", "ship", "30 d"]],
  ["a history of events", () => simulation.history, ["price", "ship"]],
  ["a failure of exploreCrashes", () => failure ?? [], ["bank.pay", "the process got no answer"]],
  ["the JSON of the AWS CLI", () => fixture, ["price", "cool down"]],
  ["a linearizability history", () => concurrent, ["took effect, from 1 to 2"]],
];

describe.each(sources)("%s", (_name, source, words) => {
  test("becomes a page and an image that show it", () => {
    for (const text of [renderTimeline(source()), renderTimelineSvg(source())]) {
      for (const word of words) expect(text).toContain(word);
    }
  });

  test("gives the same bytes each time", () => {
    expect(renderTimeline(source())).toBe(renderTimeline(source()));
    expect(renderTimelineSvg(source())).toBe(renderTimelineSvg(source()));
  });

  test("needs nothing from the network", () => {
    const page = renderTimeline(source());
    expect(page).not.toMatch(/https?:|@import|\bsrc=(?!x)/);
    expect(renderTimelineSvg(source()).replace("http://www.w3.org/2000/svg", "")).not.toMatch(
      /https?:|@import/,
    );
  });

  test("is well-formed, whatever its texts contain", () => {
    expect(unclosed(renderTimelineSvg(source()))).toEqual([]);
    for (const text of [renderTimeline(source()), renderTimelineSvg(source())]) {
      for (const raw of ["<img", "\u0000", "\u202e"]) expect(text).not.toContain(raw);
    }
  });
});

test("a page allows exactly its own script and its own style", () => {
  const page = renderTimeline(simulation);
  const policy = /content="(default-src[^"]*)"/.exec(page)?.[1];
  const sha = (text: string | undefined) =>
    createHash("sha256")
      .update(text ?? "")
      .digest("base64");
  const [style, ...otherStyles] = Array.from(page.matchAll(/<style>([^]*?)<\/style>/g), ([, text]) => text);
  const [script, ...otherScripts] = Array.from(
    page.matchAll(/<script>([^]*?)<\/script>/g),
    ([, text]) => text,
  );
  expect(policy).toBe(
    `default-src 'none'; style-src 'sha256-${sha(style)}'; script-src 'sha256-${sha(script)}'; base-uri 'none'; form-action 'none'`,
  );
  expect({ otherStyles, otherScripts }).toEqual({ otherStyles: [], otherScripts: [] });
  expect(page).not.toMatch(/<[^>]*\s(style|on[a-z]+)=/);
});

test("every bar has a name for screen readers and refers to its row in the table", () => {
  const page = renderTimeline(simulation);
  const bars = Array.from(page.matchAll(/<a class="b [a-z]+" href="#([^"]+)" aria-label="([^"]+)"/g));
  expect(bars.map(([, , name]) => name)).toEqual([
    "invocation 1, ended, at the start",
    "invocation 2, ended, replays 2 completed operations, at +30 d",
    "step &quot;price&quot; (operation 1), succeeded, at the start",
    "wait &quot;cool down&quot; (operation 2), succeeded, at the start for 30 d",
    "step &quot;ship&quot; (operation 3), succeeded, at +30 d",
  ]);
  expect(page).toContain('<details class="table" open>');
  for (const [, id] of bars) expect(page).toContain(`<tr id="${id}"`);
});

test("an execution that is suspended can be drawn", async () => {
  const run = await startSimulation(handler, { payload: { text: "" } });
  expect(renderTimeline(run)).toContain("not ended");
});

/** A history of so many steps, each with this result. */
function longHistory(steps: number, result: string): { readonly Events: object[] } {
  const Events: object[] = [];
  const add = (EventType: string, more: object = {}) =>
    Events.push({ EventType, EventId: Events.length + 1, EventTimestamp: 1, ...more });
  add("ExecutionStarted");
  for (let step = 0; step < steps; step += 1) {
    const of = { Id: wireId(`${step + 1}`), Name: `counter/${step}/increment(1)`, SubType: "Step" };
    add("StepStarted", of);
    add("StepSucceeded", { ...of, StepSucceededDetails: { Result: { Payload: result } } });
  }
  return { Events };
}

test("3,000 operations make a page of less than 2 MB", () => {
  expect(renderTimeline(longHistory(3_000, '{"value":1}')).length).toBeLessThan(2_000_000);
});

test("long payloads are cut, the more the more there are", () => {
  const longest = "x".repeat(250_000);
  expect(renderTimeline(longHistory(1, longest))).toContain("… (246000 more characters)");
  expect(renderTimeline(longHistory(3_000, longest))).toContain("… (249501 more characters)");
});

test("a history of another SDK, with other ids, is drawn without positions", () => {
  const events = [{ EventType: "ExecutionStarted", EventId: 1, EventTimestamp: 1 }];
  for (let step = 0; step < 100; step += 1) {
    const more = { Id: `id-${step}`, Name: `step ${step}`, SubType: "Step" };
    events.push({ EventType: "StepStarted", EventId: events.length + 1, EventTimestamp: 1, ...more });
  }
  expect(renderTimelineSvg({ Events: events })).toContain("<title>step &quot;step 99&quot;, open,");
});

test.each([
  [undefined, /^The source of a timeline is undefined; pass a Simulation, a failure of exploreCrashes/],
  ["history.json", /is "history.json"; pass/],
  [{}, /is \{\}; pass/],
  [[], /is an empty array, of which nothing can be drawn; pass/],
  [new Error("stopped"), /pass a Simulation/],
  [[{ start: 1 }], /^history\[0\]\.input is undefined; pass what the object was asked for/],
  [[{ EventType: "StepBegan", EventId: 1 }], /EventType is "StepBegan", which this version does not know/],
  [{ Events: [], NextMarker: "2" }, /this is one page of a history/],
  [{ Events: [] }, /history has no events/],
  [{ crashes: [3], where: "", problems: [], message: "" }, /a crash failure without its run/],
])("refuses %j", (source, message) => {
  for (const render of [renderTimeline, renderTimelineSvg]) {
    expect(() => render(source as unknown as TimelineSource)).toThrow(TypeError);
    expect(() => render(source as unknown as TimelineSource)).toThrow(message);
  }
});

/** The elements that are never closed, or closed in another order. */
function unclosed(svg: string): readonly string[] {
  const open: string[] = [];
  for (const [, close, name = "", attributes = ""] of svg.matchAll(/<(\/?)([a-zA-Z]+)((?:\s[^<>]*)?)>/g)) {
    if (close === "/") {
      if (open.pop() !== name) return [`</${name}>`];
    } else if (!attributes.endsWith("/") && !attributes.endsWith("?")) open.push(name);
  }
  return open;
}
