import type { Operation, OperationUpdate } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { ExecutionState } from "./execution-state.ts";
import { transition } from "./transition.ts";

const context = { now: 0, callbackId: (id: string) => `callback of ${id}` };
const step: OperationUpdate = { Id: "1", Type: "STEP", SubType: "Step", Name: "pay", Action: "START" };
const child: OperationUpdate = { Id: "2", Type: "CONTEXT", SubType: "RunInChildContext", Action: "START" };
const wait: OperationUpdate = { Id: "3", Type: "WAIT", SubType: "Wait", Action: "START" };

/** What an operation is after the updates. */
const after = (...updates: OperationUpdate[]) =>
  updates.reduce<Operation | undefined>((current, update) => transition(current, update, context), undefined);

test("counts the attempts of a step, and keeps the state of a poll for the next one", () => {
  const retry = {
    ...step,
    Action: "RETRY",
    Payload: "7",
    StepOptions: { NextAttemptDelaySeconds: 60 },
  } as const;

  expect(after(step, retry)).toMatchObject({
    Status: "PENDING",
    StepDetails: { Attempt: 1, Result: "7", NextAttemptTimestamp: new Date(60_000) },
  });
  const ready: Operation = { ...after(step, retry), Status: "READY" } as Operation;
  expect(transition(ready, step, context)).toMatchObject({ Status: "STARTED", StepDetails: { Result: "7" } });
  expect(transition(ready, { ...step, Action: "SUCCEED" }, context)).toMatchObject({
    Status: "SUCCEEDED",
    StepDetails: { Attempt: 2 },
  });
});

test("closes a step that never started", () => {
  expect(after({ ...step, Action: "SUCCEED", Payload: "1" })).toMatchObject({ Status: "SUCCEEDED" });
});

test("gives a callback its id", () => {
  const callback: OperationUpdate = { Id: "4", Type: "CALLBACK", SubType: "Callback", Action: "START" };

  expect(after(callback)).toMatchObject({ CallbackDetails: { CallbackId: "callback of 4" } });
});

test.for<[message: string, updates: OperationUpdate[]]>([
  ["Invalid current STEP state to start.", [step, step]],
  [
    "Invalid current STEP state to close.",
    [step, { ...step, Action: "SUCCEED" }, { ...step, Action: "FAIL" }],
  ],
  [
    "Invalid current STEP state to re-attempt.",
    [
      { ...step, Action: "FAIL" },
      { ...step, Action: "RETRY" },
    ],
  ],
  ["Invalid StepOptions for the given action.", [step, { ...step, Action: "RETRY" }]],
  ["Invalid action for the given operation type.", [{ ...step, Action: "CANCEL" }]],
  ["Cannot start a CONTEXT that already exists.", [child, child]],
  [
    "Invalid current CONTEXT state to close.",
    [child, { ...child, Action: "FAIL" }, { ...child, Action: "SUCCEED" }],
  ],
  ["Cannot start a WAIT that already exists.", [wait, wait]],
  ["Invalid action for the given operation type.", [{ ...wait, Action: "SUCCEED" }]],
  ["Inconsistent operation type.", [step, { ...wait, Id: "1" }]],
  ["Inconsistent operation subtype.", [step, { ...step, SubType: "WaitForCondition", Action: "SUCCEED" }]],
  ["Inconsistent operation name.", [step, { ...step, Name: "refund", Action: "SUCCEED" }]],
  ["Unknown operation type.", [{ ...step, Type: undefined }]],
])("refuses: %s", ([message, updates]) => {
  expect(() => after(...updates)).toThrow(message);
});

test("applies all updates of a call or none", () => {
  const state = new ExecutionState(undefined, 0);

  expect(() => state.apply([step, child, child], context)).toThrow("Cannot start a CONTEXT");
  expect(() => state.apply([{ ...step, ParentId: "2" }], context)).toThrow("Invalid parent operation id.");
  expect(() => state.apply([{ Id: "e", Type: "EXECUTION", Action: "SUCCEED" }, step], context)).toThrow(
    "EXECUTION checkpoint must be the last update.",
  );
  expect([...state.operations]).toEqual([]);
  expect(state.takeChanges()).toEqual([]);
});

test("leaves out the children of closed contexts at the start of an invocation, unless they are replayed", () => {
  const state = new ExecutionState(undefined, 0);
  const inner = { ...child, Id: "2-1", ParentId: "2" };
  const innermost = { ...step, Id: "2-1-1", ParentId: "2-1" };
  const idsToResumeFrom = () => state.resume().map(({ Id }) => Id);

  state.apply([step, child, inner, innermost], context);
  expect(idsToResumeFrom()).toEqual(["execution", "1", "2", "2-1", "2-1-1"]);
  state.apply([{ ...inner, Action: "SUCCEED" }], context);
  expect(idsToResumeFrom()).toEqual(["execution", "1", "2", "2-1"]);
  state.apply([{ ...child, Action: "SUCCEED", ContextOptions: { ReplayChildren: true } }], context);
  expect(idsToResumeFrom()).toEqual(["execution", "1", "2", "2-1"]);
});

test("reports each change once", () => {
  const state = new ExecutionState(undefined, 0);
  state.apply([step, wait], context);

  expect(state.takeChanges().map(({ Id }) => Id)).toEqual(["1", "3"]);
  state.change("3", { Status: "SUCCEEDED" });
  expect(state.takeChanges()).toMatchObject([{ Id: "3", Status: "SUCCEEDED" }]);
  expect(state.takeChanges()).toEqual([]);
});
