import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { beforeAll, describe, expect, test } from "vitest";
import { deployed, record, until, type JsonEvent, type Program } from "./recording.fixture.ts";
import { replayHistory } from "./replay-history.ts";
import { simulatedHistory } from "./simulated-history.fixture.ts";

/** What is deployed, and what its history is recorded of. */
const order: Program = async (context, { amount }) => {
  const { reserved } = await context.step("reserve", async () => ({ reserved: amount }));
  const answer = await context.waitForCallback("approval", async () => undefined);
  const paid = await context.runInChildContext("payment", async (child) => {
    await child.wait("cooling", { hours: 1 });
    return child.step("charge", async () => reserved * 2);
  });
  const sent = await context.map("parcels", [1, 2], async (each, parcel) => {
    await each.wait({ minutes: parcel });
    return each.step("send", async () => parcel);
  });
  await context.step("mail", async () => undefined);
  return { answer, paid, sent: sent.getResults() };
};
const failing: Program = async (context) => {
  await context.step("before", async () => 1);
  throw new RangeError("too much");
};

let closed: JsonEvent[];
let failed: JsonEvent[];

beforeAll(async () => {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
  closed = await record(order);
  failed = await record(failing);
  await LocalDurableTestRunner.teardownTestEnvironment();
});

/** Today's code on an execution that stands after an event, or at the end of its history. */
function taken(program: Program, ...at: [] | [eventType: string, name?: string]) {
  return replayHistory(
    deployed(program),
    { Events: at.length === 0 ? closed : until(closed, ...at) },
    { at: "end" },
  );
}

describe("is compatible:", () => {
  test("the same code, with the execution closed", async () => {
    expect(await taken(order)).toMatchObject({ compatible: true, problems: [] });
  });

  test("the same code, whose result has a stack trace", async () => {
    const handler = withDurableExecution(async () => ({ stack: new Error("here").stack }));
    const history = await simulatedHistory(handler, {});
    const moved = withDurableExecution(async () => ({ stack: new Error("there").stack }));
    expect(await replayHistory(moved, history)).toMatchObject({ compatible: true });
  });

  test("the same code, wherever its process died", async () => {
    const everyEvent = await replayHistory(deployed(order), closed, { at: "every-event" });
    const suspensions = await replayHistory(deployed(order), closed);

    expect([everyEvent, suspensions]).toMatchObject([{ compatible: true }, { compatible: true }]);
    const invocations = closed.filter(({ EventType }) => EventType === "InvocationCompleted").length;
    // All but the two of the execution itself, but for its end; all but the last invocation, and the end.
    expect([everyEvent.points, suspensions.points]).toEqual([closed.length - 2, invocations]);
  });

  test("the same code, an invocation of which was interrupted: it was not suspended there", async () => {
    const first = closed.findIndex(({ EventType }) => EventType === "InvocationCompleted");
    const Error = { Payload: { ErrorType: "Lambda.Unknown", ErrorMessage: "Task timed out" } };
    const interrupted = closed.map((event, index) =>
      index === first ? { ...event, InvocationCompletedDetails: { Error } } : event,
    );
    const [points, fewer] = await Promise.all(
      [closed, interrupted].map(async (history) => (await replayHistory(deployed(order), history)).points),
    );
    expect(fewer).toBe(Number(points) - 1);
  });

  test("the same code, with an execution that failed", async () => {
    expect(await replayHistory(deployed(failing), failed)).toMatchObject({ compatible: true });
  });

  test("code that waits for the same", async () => {
    const { message } = await taken(order, "WaitStarted", "cooling");

    expect(message).toMatch(
      /^Today's code takes over the execution of this history of \d+ events, at its end\.$/,
    );
  });

  test("a step after the end of the history", async () => {
    const audited: Program = async (context, event) => {
      await context.step("reserve", async () => ({ reserved: event.amount }));
      await context.step("audit", async () => undefined);
      return order(context, event);
    };

    expect(await taken(audited, "StepSucceeded", "reserve")).toEqual({
      compatible: true,
      problems: [],
      undetermined: [],
      next: { position: "2", type: "STEP", name: "audit", subType: "Step" },
      points: 1,
      message:
        'Today\'s code takes over the execution of this history of 3 events, at its end. It goes on with step "audit" (operation 2).',
    });
  });

  test("a condition after the end of the history", async () => {
    const polling: Program = async (context) => {
      await context.step("reserve", async () => 1);
      return context.waitForCondition("polled", async () => 1, {
        initialState: 0,
        waitStrategy: () => ({ shouldContinue: false }),
      });
    };

    const { next } = await taken(polling, "StepSucceeded", "reserve");
    expect(next).toEqual({ position: "2", type: "STEP", subType: "WaitForCondition" });
  });

  test("a change inside a closed context, which the service does not read again", async () => {
    const payment: Program = async (context, { amount }) => {
      await context.step("reserve", async () => amount);
      await context.waitForCallback("approval", async () => undefined);
      return context.runInChildContext("payment", async (child) => child.step("pay", async () => 1));
    };

    expect(await taken(payment, "ContextSucceeded", "payment")).toMatchObject({ compatible: true });
  });
});

describe("is not compatible:", () => {
  test.each<[string, Program, string, eventType?: string, name?: string]>([
    [
      "a step renamed",
      async (context) => context.step("book", async () => 1),
      'Operation 1 is step "reserve" in the history, and step "book" in today\'s code. Was it renamed, or was an operation ' +
        "inserted before it? Or is this the history of another function?",
      "StepSucceeded",
      "reserve",
    ],
    [
      "a step inserted",
      async (context, event) => {
        await context.step("audit", async () => undefined);
        return order(context, event);
      },
      'Operation 1 is step "reserve" in the history, and step "audit" in today\'s code.',
    ],
    [
      "a step removed",
      async (context) => context.waitForCallback("approval", async () => undefined),
      'Operation 1 is step "reserve" in the history, and waitForCallback "approval" in today\'s code. The history has ' +
        'that one later: was step "reserve" removed or moved?',
    ],
    [
      "steps in another order",
      async (context) => {
        await context.step("reserve", async () => 1);
        await context.runInChildContext("payment", async (child) => child.wait({ seconds: 1 }));
        return context.waitForCallback("approval", async () => undefined);
      },
      'Operation 2 is waitForCallback "approval" in the history, and child context "payment" in today\'s code. The ' +
        'history has that one later: was waitForCallback "approval" removed or moved?',
    ],
    [
      "a wait in place of a step",
      async (context) => context.wait("reserve", { seconds: 1 }),
      'Operation 1 is step "reserve" in the history, and wait "reserve" in today\'s code. Was it replaced,',
    ],
    [
      "a condition in place of a step, which the durable SDK does not see",
      async (context) => {
        await context.waitForCondition("reserve", async (state: number) => state, {
          initialState: 0,
          waitStrategy: () => ({ shouldContinue: false }),
        });
        return context.waitForCallback("approval", async () => undefined);
      },
      'Operation 1 is step "reserve" in the history, and a waitForCondition in today\'s code, which takes the result for ' +
        "its own: the durable SDK compares no waitForCondition. Was it replaced?",
      "CallbackStarted",
    ],
    [
      "code that ends earlier, which the durable SDK does not see",
      async (context) => context.step("reserve", async () => 1),
      'The history has waitForCallback "approval" (operation 2), but today\'s code never comes to it: it ends with ' +
        '{"reserved":7}. Was it removed, or moved behind something?',
      "CallbackStarted",
    ],
    [
      "a new step before what is recorded, beside it",
      async (context) => {
        await context.step("reserve", async () => 1);
        const prepared = context.runInChildContext("approval", async (child) =>
          child.step("prepare", async () => 1),
        );
        return prepared;
      },
      'Operation 2 is waitForCallback "approval" in the history, and child context "approval" in today\'s code.',
      "CallbackStarted",
    ],
    [
      "a child context changed while it is open",
      async (context, { amount }) => {
        await context.step("reserve", async () => amount);
        await context.waitForCallback("approval", async () => undefined);
        return context.runInChildContext("payment", async (child) =>
          child.step("charge", async () => amount),
        );
      },
      'Operation 3-1 is wait "cooling" in the history, and step "charge" in today\'s code. Was it replaced,',
      "WaitStarted",
      "cooling",
    ],
    [
      "fewer items of a map",
      async (context, { amount }) => {
        await context.step("reserve", async () => amount);
        await context.waitForCallback("approval", async () => undefined);
        await context.runInChildContext("payment", async () => 1);
        return context.map("parcels", [1], async (each) => each.wait({ minutes: 1 }));
      },
      'The history has map item "map-item-1" (operation 4-2), but today\'s code never comes to it: it goes on with an ' +
        "unnamed wait (operation 4-1-1).",
      "ContextStarted",
      "map-item-1",
    ],
    [
      "another result",
      async (context, event) => ({ ...Object(await order(context, event)), paid: "14" }),
      'The execution ends with another result: result.paid is 14 in the history, and "14" by today\'s code.',
    ],
    [
      "a result with one field more",
      async (context, event) => ({ ...Object(await order(context, event)), currency: "EUR" }),
      'The execution ends with another result: result.currency is undefined in the history, and "EUR" by today\'s code.',
    ],
    [
      "a step more, where the execution ended",
      async (context, event) => {
        await order(context, event);
        return context.step("audit", async () => undefined);
      },
      'The recorded execution ended with {"answer":"yes","paid":14,"sent":[1,2]}; today\'s code does not: it goes on with ' +
        'step "audit" (operation 6).',
    ],
    [
      "code that cannot live with a recorded result",
      async (context) => {
        const stock = await context.step("reserve", async () => ({ items: [7] }));
        return context.wait({ seconds: stock.items.length });
      },
      "Today's code fails with TypeError: Cannot read properties of undefined (reading 'length'); the recorded execution did not.",
    ],
  ])("%s", async (_, program, expected, eventType, name) => {
    const { compatible, problems, message } = await replayHistory(
      deployed(program),
      eventType === undefined ? closed : until(closed, eventType, name),
      { at: "end" },
    );

    expect(compatible).toBe(false);
    expect(message).toContain(expected);
    expect(problems[0]?.message).toContain(expected);
    expect(message).toMatch(/publish a version with each deployment, and invoke the function by an alias\./);
  });

  test("code that ends where the recorded execution waits", async () => {
    const impatient: Program = async (context) => {
      await context.step("reserve", async () => 1);
      void context.waitForCallback("approval", async () => undefined).catch(() => undefined);
      return "done";
    };
    const suspended = [...until(closed, "StepSucceeded", undefined), ...openCallback()];

    const { problems } = await replayHistory(deployed(impatient), suspended);
    expect(problems).toEqual([
      {
        event: 8,
        message:
          'The recorded execution waits for an unnamed callback (operation 2-1); today\'s code does not: it ends with "done".',
      },
    ]);
  });

  test("another error", async () => {
    const { problems } = await replayHistory(
      deployed(async (context) => {
        await context.step("before", async () => 1);
        throw new RangeError("far too much");
      }),
      failed,
    );

    expect(problems).toEqual([
      {
        event: failed.length,
        message:
          "The recorded execution failed with RangeError: too much; today's code fails with RangeError: far too much.",
      },
    ]);
  });

  test("success, where the recorded execution failed", async () => {
    const { problems } = await replayHistory(
      deployed(async (context) => context.step("before", async () => 1)),
      failed,
    );

    expect(problems[0]?.message).toBe(
      "The recorded execution failed with RangeError: too much; today's code does not: it ends with 1.",
    );
  });

  test("a change inside a context in which the recorded execution was suspended", async () => {
    const payment: Program = async (context, { amount }) => {
      await context.step("reserve", async () => amount);
      await context.waitForCallback("approval", async () => undefined);
      return context.runInChildContext("payment", async (child) => child.step("charge", async () => 1));
    };
    const history = until(closed, "ContextSucceeded", "payment");

    const { problems } = await replayHistory(deployed(payment), history);
    expect(problems).toMatchObject([{ position: "3-1" }]);
  });

  test("a result that today's serdes cannot read", async () => {
    const { problems } = await taken(
      async (context) =>
        context.step("reserve", async () => 1, {
          serdes: {
            serialize: async (value) => String(value),
            deserialize: async () => Promise.reject(new Error("no such version")),
          },
        }),
      "StepSucceeded",
      "reserve",
    );

    expect(problems[0]?.message).toContain(
      'Today\'s code cannot be replayed. Deserialization failed for step "reserve"',
    );
  });

  test("code that never ends, and waits for nothing durable", async () => {
    const { problems } = await replayHistory(
      deployed(async () => new Promise(() => undefined)),
      until(closed, "ExecutionStarted"),
      { timeoutMs: 50 },
    );

    expect(problems[0]?.message).toBe(
      "Today's code cannot be replayed. It did not end within 50 ms: it awaits something that is no durable operation.",
    );
  });

  test("and each problem is reported once, with the first event at which an execution breaks", async () => {
    const { problems } = await replayHistory(
      deployed(async (context) => context.step("book", async () => 1)),
      closed,
      { at: "every-event" },
    );

    expect(problems).toMatchObject([{ event: 2, position: "1" }]);
  });
});

/** The recorded execution, suspended with its callback open. */
function openCallback(): JsonEvent[] {
  const from = closed.findIndex(({ EventType }) => EventType === "StepSucceeded") + 1;
  const submitted = closed.findIndex(({ EventType }, index) => index > from && EventType === "StepSucceeded");
  const last = closed.slice(from, submitted + 1);
  const EventId = from + last.length + 1;
  const at = "2026-01-01T00:00:00Z";
  return [
    ...last,
    { EventType: "InvocationCompleted", EventId, EventTimestamp: at, InvocationCompletedDetails: {} },
  ];
}
