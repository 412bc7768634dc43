import { describe, expect, test } from "vitest";
import { historyEvent } from "./history-event.ts";
import { operationsAfter } from "./recorded-operations.ts";

const at = "2026-01-01T00:00:00.000Z";
const Id = "c4ca4238a0b92382";

/** The operation after events, each with its details. */
function after(subType: string, ...events: readonly (readonly [eventType: string, details?: object])[]) {
  const history = events.map(([EventType, details = {}], index) =>
    historyEvent(
      {
        EventType,
        EventId: index + 1,
        Id,
        Name: "it",
        SubType: subType,
        EventTimestamp: at,
        [`${EventType}Details`]: details,
      },
      "event",
    ),
  );
  return operationsAfter(history).get(Id);
}
const result = (Payload?: string, RetryDetails?: object) => ({ Result: { Payload }, RetryDetails });
const error = (ErrorMessage: string, RetryDetails?: object) => ({
  Error: { Payload: { ErrorMessage } },
  RetryDetails,
});

describe("operations after the events are those of the service:", () => {
  test("a step that started", () => {
    expect(after("Step", ["StepStarted"])).toEqual({
      Id,
      Name: "it",
      Type: "STEP",
      SubType: "Step",
      StartTimestamp: new Date(at),
      Status: "STARTED",
    });
  });

  test("a step that returned nothing", () => {
    expect(after("Step", ["StepStarted"], ["StepSucceeded", result()])).toMatchObject({
      Status: "SUCCEEDED",
      StepDetails: { Attempt: 1 },
    });
  });

  test("a step that waits for its next attempt, runs again, and fails", () => {
    const retry = error("first", { CurrentAttempt: 1, NextAttemptDelaySeconds: 5 });
    const failure = { ErrorMessage: "last" };

    expect(after("Step", ["StepStarted"], ["StepFailed", retry])).toMatchObject({
      Status: "PENDING",
      StepDetails: { Attempt: 1, Error: { ErrorMessage: "first" } },
    });
    expect(after("Step", ["StepStarted"], ["StepFailed", retry], ["StepStarted"])).toMatchObject({
      Status: "STARTED",
      StepDetails: { Attempt: 1 },
    });
    expect(
      after(
        "Step",
        ["StepStarted"],
        ["StepFailed", retry],
        ["StepStarted"],
        ["StepFailed", { Error: { Payload: failure } }],
      ),
    ).toMatchObject({ Status: "FAILED", StepDetails: { Attempt: 2, Error: failure } });
  });

  test("a condition between two polls, which continues from its stored state", () => {
    const poll = result("3", { NextAttemptDelaySeconds: 5 });

    expect(after("WaitForCondition", ["StepStarted"], ["StepSucceeded", poll])).toMatchObject({
      Status: "PENDING",
      StepDetails: { Result: "3" },
    });
    expect(
      after("WaitForCondition", ["StepStarted"], ["StepSucceeded", poll], ["StepStarted"]),
    ).toMatchObject({
      Status: "STARTED",
      StepDetails: { Result: "3" },
    });
  });

  test.each([
    ["WaitSucceeded", "Wait", "SUCCEEDED"],
    ["WaitCancelled", "Wait", "CANCELLED"],
    ["ChainedInvokeTimedOut", "ChainedInvoke", "TIMED_OUT"],
    ["ChainedInvokeStopped", "ChainedInvoke", "STOPPED"],
  ])("%s", (end, kind, Status) => {
    expect(after(kind, [`${kind}Started`], [end])).toMatchObject({ SubType: kind, Status });
  });

  test("a callback, which keeps its id", () => {
    const opened = { CallbackId: "id" };

    expect(after("Callback", ["CallbackStarted", opened])).toMatchObject({ CallbackDetails: opened });
    expect(
      after("Callback", ["CallbackStarted", opened], ["CallbackSucceeded", result("yes")]),
    ).toMatchObject({
      Status: "SUCCEEDED",
      CallbackDetails: { CallbackId: "id", Result: "yes" },
    });
    expect(after("Callback", ["CallbackStarted", opened], ["CallbackTimedOut", error("late")])).toMatchObject(
      {
        Status: "TIMED_OUT",
        CallbackDetails: { CallbackId: "id", Error: { ErrorMessage: "late" } },
      },
    );
  });

  test.each([
    ["a child context whose result was too large", "RunInChildContext", "", true],
    [
      "a map whose result was too large",
      "Map",
      '{"type":"MapResult","totalCount":2,"itemStatuses":"SS"}',
      true,
    ],
    ["a parallel whose result was too large", "Parallel", '{"type":"ParallelResult","totalCount":1}', true],
    ["a child context with a result", "RunInChildContext", '"x"', undefined],
    ["a child context without a result", "RunInChildContext", undefined, undefined],
    ["a map with its results", "Map", '{"all":[],"completionReason":"ALL_COMPLETED"}', undefined],
    ["a callback that was answered with nothing", "WaitForCallback", "", undefined],
  ])("%s", (_, subType, payload, ReplayChildren) => {
    const context = after(subType, ["ContextStarted"], ["ContextSucceeded", result(payload)]);

    expect(context?.ContextDetails?.ReplayChildren).toBe(ReplayChildren);
  });
});
