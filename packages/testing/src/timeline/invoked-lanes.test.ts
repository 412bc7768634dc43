import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { simulate } from "../simulator/simulate.ts";
import { startSimulation } from "../simulator/start-simulation.ts";
import { timelineOf } from "./read-input.ts";
import type { Bar, Timeline } from "./timeline.ts";

const label = withDurableExecution(async (_event, context) => {
  await context.step("print", async () => "label");
  await context.wait("glue", { seconds: 5 });
  return context.step("stick", async () => "on");
});
const ship = withDurableExecution(async (_event, context) => {
  await context.step("pack", async () => "box");
  return context.invoke("label it", "label:$LATEST", {});
});
const order = async (_event: unknown, context: DurableContext) => {
  await context.step("price", async () => 1);
  await context.invoke("first", "ship:$LATEST", {});
  await context.runInChildContext("later", async (child) => {
    await child.invoke("second", "label:$LATEST", {});
    return child.invoke("plain", "post", {});
  });
};
const functions = { ship, label, post: async () => "sent" };

const lanesOf = ({ lanes }: Timeline) =>
  lanes.map(
    ({ label: name, depth, bars }) =>
      `${"  ".repeat(depth)}${name}: ${bars.map((bar) => bar.label).join(" ")}`,
  );

function barsOf({ lanes }: Timeline, name: string): readonly Bar[] {
  return lanes.flatMap(({ bars }) => bars).filter((bar) => bar.label === name);
}

test("an invoked durable function has its lanes below the operation that invoked it, and a plain one has none", async () => {
  const simulation = await simulate(withDurableExecution(order), { functions });
  const timeline = timelineOf(simulation);
  expect(lanesOf(timeline)).toEqual([
    "invocations: 1 2 3 4",
    "handler: price first",
    "  ship: invocations: 1 2",
    "  ship: handler: pack label it",
    "    label: invocations: 1 2",
    "    label: handler: print glue stick",
    "  later: second plain",
    "    label: invocations: 1 2",
    "    label: handler: print glue stick",
  ]);
  expect(timeline.facts).toContainEqual({ label: "invoked executions", text: "2" });
});

test("an invoked execution runs between the start and the end of the operation that invoked it", async () => {
  const timeline = timelineOf(await simulate(withDurableExecution(order), { functions }));
  const [first, second, price] = ["first", "second", "price"].map((name) => barsOf(timeline, name)[0]);
  const [outer, inner] = barsOf(timeline, "print");
  const [, ended] = barsOf(timeline, "stick");
  expect(outer?.start).toBeGreaterThanOrEqual(first?.start ?? Infinity);
  expect(outer?.start).toBeGreaterThan(price?.end ?? Infinity);
  expect(inner?.start).toBeGreaterThan(first?.end ?? Infinity);
  expect(ended?.end).toBeLessThanOrEqual(second?.end ?? -Infinity);
  expect(timeline.moments).toEqual(timeline.moments.toSorted((a, b) => a - b));
  for (const { start, end, pieces } of timeline.lanes.flatMap(({ bars }) => bars)) {
    expect([pieces[0]?.start, pieces.at(-1)?.end]).toEqual([start, end]);
  }
});

test("an operation whose invoked execution goes on lasts until the last moment", async () => {
  const run = await startSimulation(withDurableExecution(order), { functions });
  await run.advance({ seconds: 2 });
  const timeline = timelineOf(run);
  const [[first], [glue]] = [barsOf(timeline, "first"), barsOf(timeline, "glue")];
  expect([first?.status, first?.end]).toEqual(["open", timeline.moments.length - 1]);
  expect([glue?.status, glue?.end]).toEqual(["open", timeline.moments.length - 1]);
});

test("histories from JSON have the executions that they invoked by the id of the operation", async () => {
  const { history, invoked } = await simulate(ship, { functions });
  const json = (events: unknown): object[] => JSON.parse(JSON.stringify(events)) as object[]; // as it was
  const [[id, callee] = []] = Object.entries(invoked ?? {});
  const source = { Events: json(history), invoked: { [id ?? ""]: { Events: json(callee?.history) } } };
  expect(lanesOf(timelineOf(source)).slice(2)).toEqual([
    "  label: invocations: 1 2",
    "  label: handler: print glue stick",
  ]);
});

test("invoked executions that are no object are refused", async () => {
  const { history } = await simulate(ship, { functions });
  for (const invoked of [null, 3, []]) {
    expect(() => timelineOf({ history, invoked })).toThrow("pass an object that has a history for the id");
  }
});

test("an operation whose invoked execution is left out says so, and the page counts them", async () => {
  const { history, invoked } = await simulate(withDurableExecution(order), { functions });
  const json = (events: unknown) => JSON.parse(JSON.stringify(events)) as object[];
  const idOf = (
    events: readonly { readonly Name?: string | undefined; readonly Id?: string | undefined }[],
    name: string,
  ) => events.find(({ Name }) => Name === name)?.Id ?? "";
  const first = idOf(history, "first");
  const callee = invoked?.[first]?.history ?? [];
  const source = {
    Events: json(history),
    invoked: { [first]: { Events: json(callee), leftOut: [idOf(callee, "label it")] } },
    leftOut: [idOf(history, "second")],
  };
  const timeline = timelineOf(source);
  expect(timeline.facts).toContainEqual({ label: "invokes whose executions are not drawn", text: "2" });
  for (const name of ["label it", "second"]) {
    const [bar] = barsOf(timeline, `${name} … its execution is not drawn`);
    expect(bar?.summary).toContain("its execution is not drawn");
  }
  expect(barsOf(timeline, "first")).toHaveLength(1); // the same position as "label it", in another execution
  for (const leftOut of [null, 3, [3]]) {
    expect(() => timelineOf({ ...source, leftOut })).toThrow("pass an array of the ids of the operations");
  }
});
