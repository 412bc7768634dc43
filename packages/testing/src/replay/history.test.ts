import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { readHistory } from "./history.ts";
import { replayHistory } from "./replay-history.ts";

const at = "2026-01-01T00:00:00.000Z";
const started = {
  EventType: "ExecutionStarted",
  EventId: 1,
  EventTimestamp: at,
  ExecutionStartedDetails: { Input: { Payload: '{"amount":7}' } },
};
const step = {
  EventType: "StepStarted",
  SubType: "Step",
  EventId: 2,
  Id: "c4ca4238a0b92382",
  Name: "a",
  EventTimestamp: at,
};
const succeeded = {
  ...step,
  EventType: "StepSucceeded",
  EventId: 3,
  StepSucceededDetails: { Result: { Payload: "1" }, RetryDetails: {} },
};
const events = [started, step, succeeded];
const handler = withDurableExecution(async (_event, context) => context.step("a", async () => 1));

test("is the JSON of GetDurableExecutionHistory, or its events, in either order", async () => {
  for (const history of [{ Events: events }, events, { Events: events.toReversed(), NextMarker: "" }]) {
    expect(await replayHistory(handler, history)).toMatchObject({ compatible: true });
  }
});

test.each([
  ["ISO text", at],
  ["a Date", new Date(at)],
  ["seconds since the epoch", Date.parse(at) / 1_000],
  ["milliseconds since the epoch", Date.parse(at)],
])("has times as %s", (_, EventTimestamp) => {
  expect(readHistory([{ ...started, EventTimestamp }]).events[0]?.timestamp).toEqual(new Date(at));
});

test.each<[string, unknown, string | RegExp]>([
  [
    "nothing",
    undefined,
    /^history is undefined; pass the parsed JSON of GetDurableExecutionHistory, \{ Events: \[…\] \}/,
  ],
  ["text", JSON.stringify(events), /^history is ".*; pass the parsed JSON/],
  [
    "another answer",
    { DurableExecutionArn: "arn" },
    /^history is \{"DurableExecutionArn":"arn"\}; pass the parsed JSON/,
  ],
  ["no events", [], "history has no events; pass the history of an execution that was started."],
  [
    "no event",
    [started, null],
    "history[1] is null; pass the events as GetDurableExecutionHistory returns them.",
  ],
  [
    "an unknown event",
    { Events: [started, { ...step, EventType: "StepVanished" }] },
    /^history\.Events\[1\]\.EventType is "StepVanished", which this version does not know;/,
  ],
  ["no type", [{ EventId: 1 }], /^history\[0\]\.EventType is undefined, which/],
  [
    "no time",
    [{ ...started, EventTimestamp: "noon" }],
    /^history\[0\]\.EventTimestamp is "noon"; pass a Date, ISO text,/,
  ],
  ["no number", [{ ...started, EventId: "1" }], 'history[0].EventId is "1"; events are numbered from 1.'],
  [
    "no operation",
    [started, { ...step, Id: undefined }],
    "history[1].Id is missing; an event of an operation carries the operation's id.",
  ],
  [
    "a name that is none",
    [started, { ...step, Name: 7 }],
    "history[1].Name is 7; the service writes a string there.",
  ],
  [
    "one page of several",
    { Events: events, NextMarker: "abc" },
    'history.NextMarker is "abc": this is one page of a history. Ask for the next with Marker: NextMarker until there is ' +
      "none, and pass the events of all pages as one array.",
  ],
  [
    "a page in the middle",
    [step, succeeded],
    'history has no event 1, but "StepStarted" as event 2: a part is missing. Ask for every page, with Marker: ' +
      "NextMarker, and pass the events of all of them as one array.",
  ],
  [
    "a gap",
    [started, succeeded],
    /^history has no event 2, but "StepSucceeded" as event 3: a part is missing\./,
  ],
  [
    "another beginning",
    [{ ...step, EventId: 1 }],
    'The first event of the history is "StepStarted", not "ExecutionStarted"; pass all events.',
  ],
  [
    "an end without a start",
    [started, { ...succeeded, EventId: 2 }],
    'Event 2 of the history is StepSucceeded of an operation that never started, "c4ca4238a0b92382"; pass all events.',
  ],
  [
    "no payloads",
    [{ ...started, ExecutionStartedDetails: {} }, step, { ...succeeded, StepSucceededDetails: {} }],
    "The history carries no payloads, neither the input nor any result, so that there is nothing to replay; fetch it with " +
      "IncludeExecutionData: true (AWS CLI: --include-execution-data).",
  ],
  [
    "a truncated payload",
    [started, step, { ...succeeded, StepSucceededDetails: { Result: { Payload: "[1,", Truncated: true } } }],
    /^Event 3 of the history, "StepSucceeded", is marked as truncated: the service left out a part of its payload,/,
  ],
])("is refused if it is %s, with path, value and remedy", async (_, history, message) => {
  const refusal = replayHistory(handler, history);
  await expect(refusal).rejects.toThrow(TypeError);
  await expect(refusal).rejects.toThrow(message);
});

test("is refused if it belongs to another function", async () => {
  const arn = "arn:aws:lambda:eu-west-1:123456789012:function:refunds:3/durable-execution/name/id";
  const message =
    'The history is one of the function "refunds", but options.functionName is "orders"; pass a history of "orders", or ' +
    'the handler of "refunds".';

  await expect(replayHistory(handler, events, { functionName: "orders", arn })).rejects.toThrow(message);
  const history = { DurableExecutionArn: arn, Events: events };
  await expect(replayHistory(handler, history, { functionName: "orders" })).rejects.toThrow(message);
  expect(await replayHistory(handler, history, { functionName: "refunds" })).toMatchObject({
    compatible: true,
  });
});

test("passes the recorded ARN to the handler, if it is known", async () => {
  const arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders:3/durable-execution/name/id";
  const named = withDurableExecution(async (_event, context) =>
    context.step(context.executionContext.durableExecutionArn === arn ? "a" : "b", async () => 1),
  );

  expect(await replayHistory(named, events, { arn })).toMatchObject({ compatible: true });
  expect(await replayHistory(named, { DurableExecutionArn: arn, Events: events })).toMatchObject({
    compatible: true,
  });
  expect(await replayHistory(named, events)).toMatchObject({ compatible: false });
});

test("can end with a truncated result, which is not compared", async () => {
  const details = { Result: { Payload: "[1,", Truncated: true } };
  const end = {
    EventType: "ExecutionSucceeded",
    EventId: 4,
    EventTimestamp: at,
    ExecutionSucceededDetails: details,
  };

  expect(await replayHistory(handler, [...events, end])).toMatchObject({ compatible: true });
  const failing = withDurableExecution(async () => Promise.reject(new Error("no")));
  expect(await replayHistory(failing, [...events, end])).toMatchObject({ compatible: false });
});

test.each<[string, object, string]>([
  [
    "key",
    { at: "end", when: 1 },
    'options has the unknown key "when"; known are at, functionName, arn, timeoutMs.',
  ],
  ["at", { at: "noon" }, 'options.at is "noon"; pass "suspensions" or "every-event" or "end".'],
  ["timeoutMs", { timeoutMs: 0 }, "options.timeoutMs is 0; pass a whole number of milliseconds from 1."],
  ["arn", { arn: "x" }, 'options.arn is "x"; pass the ARN of a durable execution:'],
])("cannot be replayed with a wrong %s", async (_, options, message) => {
  await expect(replayHistory(handler, events, options)).rejects.toThrow(message);
});

test("cannot be replayed with a handler that is not wrapped", async () => {
  // What a JavaScript user may pass.
  const unwrapped = (async () => "done") as unknown as typeof handler;
  const throwing = (async () => Promise.reject(new Error("no event"))) as unknown as typeof handler;
  const none = undefined as unknown as typeof handler;

  await expect(replayHistory(unwrapped, events)).rejects.toThrow(
    /^handler returned "done" when it was invoked as a durable/,
  );
  await expect(replayHistory(throwing, events)).rejects.toThrow(
    /^handler threw Error: no event when it was invoked/,
  );
  await expect(replayHistory(none, events)).rejects.toThrow("handler is undefined; pass the function that");
});

test("cannot be replayed with an SDK that cannot be watched; nothing of the handler runs", async () => {
  let ran = false;
  const other: typeof handler = async (event) => {
    // As another version could: it takes its client, and keeps the operations in a Map.
    const { durableExecutionClient } = event as unknown as { durableExecutionClient: unknown };
    const state = new Map(
      event.InitialExecutionState.Operations.map((operation) => [operation.Id, operation]),
    );
    JSON.parse(state.get("execution")?.ExecutionDetails?.InputPayload ?? "{}");
    ran = durableExecutionClient !== undefined;
    throw new Error("ran");
  };

  await expect(replayHistory(other, events)).rejects.toThrow(
    /^This version of @aws\/durable-execution-sdk-js keeps its state otherwise than 2\.4, and cannot be watched/,
  );
  expect(ran).toBe(false);
});
