import {
  createRetryStrategy,
  defaultSerdes,
  JitterStrategy,
  NestingType,
  type Duration,
  withDurableExecution,
} from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

/** Asks one person, and tells what came of it. */
function asking(config: { timeout?: { hours: number }; heartbeatTimeout?: { minutes: number } } = {}) {
  const asked: string[] = [];
  const handler = withDurableExecution(async (_event, context) => {
    try {
      return await context.waitForCallback("approval", async (id) => void asked.push(id), config);
    } catch (error) {
      return String(error);
    }
  });
  return { handler, asked };
}

test("completes a callback by the name of its operation, with the text of the answer", async () => {
  const { handler, asked } = asking();
  const answered: string[] = [];
  const approval = async (id: string) => {
    answered.push(id);
    return "yes";
  };

  const simulation = await simulate(handler, { callbacks: { approval } });

  expect(simulation).toMatchObject({ result: "yes", invocations: 2 });
  expect(answered).toEqual(asked);
  expect(simulation.operations).toMatchObject([
    {
      id: "1",
      name: "approval",
      type: "CONTEXT",
      subType: "WaitForCallback",
      status: "SUCCEEDED",
      result: "yes",
    },
    { id: "1-1", type: "CALLBACK", subType: "Callback", status: "SUCCEEDED", result: "yes" },
    { id: "1-2", type: "STEP", subType: "Step", status: "SUCCEEDED", attempts: 1 },
  ]);
});

test("completes a callback by its id, the same in every run of that name", async () => {
  const { handler, asked } = asking();
  const executionName = "again";
  await simulate(handler, { executionName, callbacks: { approval: () => undefined } });

  const callbacks = { [asked[0] ?? ""]: () => "by id" };
  expect(await simulate(handler, { executionName, callbacks })).toMatchObject({ result: "by id" });
});

test("calls an answer only after the callback was submitted", async () => {
  const log: string[] = [];
  const handler = withDurableExecution(async (_event, context) =>
    context.waitForCallback(
      "approval",
      async () => {
        log.push("submit");
        if (log.length < 3) throw new Error("mail server is down");
      },
      { retryStrategy: createRetryStrategy({ maxAttempts: 5, jitter: JitterStrategy.NONE }) },
    ),
  );

  const approval = () => {
    log.push("answer");
    return "yes";
  };
  expect(await simulate(handler, { callbacks: { approval } })).toMatchObject({ result: "yes" });
  expect(log).toEqual(["submit", "submit", "submit", "answer"]);
});

test("fails a callback with the error of the answer", async () => {
  const refuse = () => {
    throw new RangeError("too expensive");
  };

  expect(await simulate(asking().handler, { callbacks: { approval: refuse } })).toMatchObject({
    result: "CallbackExternalError: too expensive",
    operations: [
      { status: "FAILED" },
      { status: "FAILED", error: { type: "RangeError", message: "too expensive" } },
      {},
    ],
  });
});

test("times out a callback that has no answer in time", async () => {
  const { handler } = asking({ timeout: { hours: 1 } });

  expect(await simulate(handler)).toMatchObject({
    result: "CallbackTimeoutError: Callback timed out",
    operations: [
      {},
      { status: "TIMED_OUT", error: { type: "Callback.Timeout", message: "Callback timed out" } },
      {},
    ],
  });
});

test("the type of a callback's timeout is the name of the cause, as on the service", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const causeOf = async (config: { timeout?: Duration; heartbeatTimeout?: Duration }) => {
      const [answer] = await context.createCallback("approval", config);
      return answer.catch((error: unknown) => ((error as Error).cause as Error).name);
    };
    return [await causeOf({ timeout: { hours: 1 } }), await causeOf({ heartbeatTimeout: { minutes: 1 } })];
  });
  expect((await simulate(handler)).result).toEqual(["Callback.Timeout", "Callback.Heartbeat"]);
});

test("an answer can take virtual time, and be too late", async () => {
  const { handler } = asking({ timeout: { hours: 1 } });
  const after = (minutes: number) => ({
    approval: async (_id: string, controls: { sleep(duration: { minutes: number }): Promise<void> }) => {
      await controls.sleep({ minutes });
      return "at last";
    },
  });

  expect((await simulate(handler, { callbacks: after(59) })).result).toBe("at last");
  expect(await simulate(handler, { callbacks: after(61) })).toMatchObject({
    result: "CallbackTimeoutError: Callback timed out",
    operations: [{}, { status: "TIMED_OUT" }, {}],
  });
});

test("heartbeats keep a callback open, and no longer", async () => {
  const { handler } = asking({ heartbeatTimeout: { minutes: 10 } });
  const working = (steps: number, minutes: number) => ({
    approval: async (
      _id: string,
      controls: { sleep(duration: { minutes: number }): Promise<void>; heartbeat(): void },
    ) => {
      for (let step = 0; step < steps; step += 1) {
        await controls.sleep({ minutes });
        controls.heartbeat();
      }
      return "done";
    },
  });

  expect((await simulate(handler, { callbacks: working(5, 9) })).result).toBe("done");
  expect((await simulate(handler, { callbacks: working(5, 11) })).result).toBe(
    "CallbackTimeoutError: Callback timed out on heartbeat",
  );
});

test("a custom serdes can read an answer", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const [answer] = await context.createCallback<{ ok: boolean }>("decision", { serdes: defaultSerdes });
    return (await answer).ok;
  });

  expect(
    await simulate(handler, { callbacks: { decision: () => JSON.stringify({ ok: true }) } }),
  ).toMatchObject({
    result: true,
    operations: [{ name: "decision", result: '{"ok":true}' }],
  });
});

test("answers every callback of a map under one name", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const results = await context.map(["a", "b", "c"], async (each) =>
      each.waitForCallback("vote", async () => undefined),
    );
    return results.getResults();
  });
  let votes = 0;

  expect((await simulate(handler, { callbacks: { vote: () => `vote ${++votes}` } })).result).toEqual([
    "vote 1",
    "vote 2",
    "vote 3",
  ]);
});

test("refuses an answer that is no text", async () => {
  // As a caller without types would.
  const callbacks = { approval: () => ({ ok: true }) as unknown as string };

  await expect(simulate(asking().handler, { callbacks })).rejects.toThrow(
    'options.callbacks answers "approval" with {"ok":true}; the service carries text: return a string',
  );
});

test("stops an execution that waits for a callback without an answer", async () => {
  const run = simulate(asking().handler, { callbacks: { aproval: () => "yes" } });

  await expect(run).rejects.toMatchObject({
    name: "SimulationStoppedError",
    waitingFor: ['Callback "approval" (1-1), which has no answer'],
    message: expect.stringContaining('{ "approval": () => "result" }'),
  });
  await expect(run).rejects.toThrow('Declared are: "aproval"');
});

test("reports an unused answer beside a callback without one", async () => {
  const { handler } = asking({ timeout: { hours: 1 } });

  await expect(simulate(handler, { callbacks: { aproval: () => "yes" } })).rejects.toThrow(
    'options.callbacks has "aproval", but no callback of the run is called so, while "approval" had no answer',
  );
});

test("invokes plain functions with their input, through JSON", async () => {
  const handler = withDurableExecution(async (_event, context) =>
    context.invoke<object, string>("pay", "payments", { at: new Date(0) }),
  );

  expect(
    await simulate(handler, { functions: { payments: async ({ at }: { at: string }) => `paid ${at}` } }),
  ).toMatchObject({
    result: "paid 1970-01-01T00:00:00.000Z",
    invocations: 2,
    operations: [
      { id: "1", name: "pay", type: "CHAINED_INVOKE", subType: "ChainedInvoke", status: "SUCCEEDED" },
    ],
  });
});

test("finds an invoked function by its qualified name or its ARN", async () => {
  const handler = withDurableExecution(async (_event, context) => [
    await context.invoke("payments:live", {}),
    await context.invoke("arn:aws:lambda:eu-west-1:123456789012:function:payments:7", {}),
  ]);

  expect((await simulate(handler, { functions: { payments: () => "paid" } })).result).toEqual([
    "paid",
    "paid",
  ]);
});

test("fails an invoke with the error of the function", async () => {
  const handler = withDurableExecution(async (_event, context) => context.invoke("payments", {}));
  const payments = async () => {
    throw new RangeError("no money");
  };

  expect(await simulate(handler, { functions: { payments } })).toMatchObject({
    status: "FAILED",
    error: { type: "InvokeError", message: "no money" },
    operations: [{ status: "FAILED", error: { type: "RangeError", message: "no money" } }],
  });
});

test("simulates an invoked durable function once, on the same clock", async () => {
  const log: string[] = [];
  const child = withDurableExecution(async (event: { wait: number }, context) => {
    await context.wait({ hours: event.wait });
    return context.step(async () => {
      log.push("child");
      return event.wait * 2;
    });
  });
  const handler = withDurableExecution(async (_event, context) => {
    const invoked = context.invoke<object, number>("child", { wait: 2 });
    const early = context.runInChildContext(async (inner) => {
      await inner.wait({ hours: 1 });
      await inner.step(async () => void log.push("after 1 h"));
      await inner.wait({ hours: 2 });
      await inner.step(async () => void log.push("after 3 h"));
    });
    await early;
    return invoked;
  });

  expect(await simulate(handler, { functions: { child } })).toMatchObject({ result: 4 });
  expect(log).toEqual(["after 1 h", "child", "after 3 h"]);
});

test("calls the answers to callbacks of invoked functions, and fails with the invoked function", async () => {
  const child = withDurableExecution(async (_event, context) => {
    throw new Error(await context.waitForCallback("reason", async () => undefined));
  });
  const handler = withDurableExecution(async (_event, context) => context.invoke("child"));

  expect(
    await simulate(handler, { functions: { child }, callbacks: { reason: () => "of state" } }),
  ).toMatchObject({
    status: "FAILED",
    error: { type: "InvokeError", message: "of state" },
  });
  await expect(simulate(handler, { functions: { child } })).rejects.toMatchObject({
    waitingFor: [
      "ChainedInvoke (1), whose function has not ended",
      'there: Callback "reason" (1-1), which has no answer',
    ],
  });
});

test("runs an invoked function to its end if it is not awaited", async () => {
  const audited: unknown[] = [];
  const handler = withDurableExecution(async (_event, context) => {
    const audit = context.invoke("audit", { what: "sale" });
    await context.step(async () => undefined);
    return audit.isExecuted ? "audited" : "sold";
  });

  expect((await simulate(handler, { functions: { audit: (input) => audited.push(input) } })).result).toBe(
    "sold",
  );
  expect(audited).toEqual([{ what: "sale" }]);
});

test("answers and functions run while a step body waits for them", async () => {
  const waitedFor = ["answer", "function"];
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const does = (what: string) => () => {
    waitedFor.splice(waitedFor.indexOf(what), 1);
    if (waitedFor.length === 0) release();
    return what;
  };
  const handler = withDurableExecution(async (_event, context) => {
    const [answer] = await context.createCallback("approval");
    return Promise.all([answer, context.invoke("pay", {}), context.step("waiting", async () => released)]);
  });

  // The SDK asks about callbacks and invokes after a real second.
  const simulation = simulate(handler, {
    callbacks: { approval: does("answer") },
    functions: { pay: does("function") },
  });

  expect(await simulation).toMatchObject({ result: ["answer", "function", null], invocations: 1 });
});

test("lists the registered functions when another one is invoked", async () => {
  const handler = withDurableExecution(async (_event, context) =>
    context.invoke("arn:aws:lambda:::function:pay:1", {}),
  );

  await expect(simulate(handler, { functions: { mail: () => undefined } })).rejects.toThrow(
    'register it: { functions: { "pay": async (input) => output } }. Registered are: "mail".',
  );
});

test("two simulations without a name are two executions", async () => {
  const arns: string[] = [];
  const handler = withDurableExecution(async (_event, context) => {
    arns.push(context.executionContext.durableExecutionArn);
  });
  await simulate(handler);
  await simulate(handler);
  expect(new Set(arns).size).toBe(2);
});

test("a map of invokes takes two invocations, however many there are", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const items = Array.from({ length: 1_001 }, (_, index) => index);
    const map = await context.map(
      "all",
      items,
      (child, item) => child.invoke<number, number>("double", item),
      {
        nesting: NestingType.FLAT,
      },
    );
    return map.getResults().reduce((sum, each) => sum + each, 0);
  });
  const functions = { double: (item: number) => 2 * item };
  expect(await simulate(handler, { functions })).toMatchObject({ result: 1_001_000, invocations: 2 });
});

test("invoked durable functions run to their end before the function that invoked them", async () => {
  const child = withDurableExecution(async (item: number, context) => {
    await context.wait({ seconds: 1 });
    return context.invoke<number, number>("double", item);
  });
  const handler = withDurableExecution(async (_event, context) => {
    const map = await context.map("all", [1, 2, 3], (branch, item) =>
      branch.invoke<number, number>("child", item),
    );
    return map.getResults();
  });
  const functions = { child, double: (item: number) => 2 * item };
  expect(await simulate(handler, { functions })).toMatchObject({ result: [2, 4, 6], invocations: 2 });
});

test("an invoked durable function advances while a step body of its caller runs", async () => {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const child = withDurableExecution(async (_event, context) => {
    await context.wait({ minutes: 5 });
    await context.step(async () => finish());
    return "child";
  });
  const handler = withDurableExecution(async (_event, context) => {
    const both = await context.parallel<unknown>([
      (branch) => branch.invoke("child", {}),
      (branch) => branch.step(async () => finished),
    ]);
    return both.successCount;
  });
  expect(await simulate(handler, { functions: { child } })).toMatchObject({ result: 2, invocations: 1 });
});
