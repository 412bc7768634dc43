import {
  InvocationStatus,
  NestingType,
  withDurableExecution,
  type DurableExecutionInvocationInputWithClient,
  type OperationUpdate,
} from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import type { Faults, ProtocolPoint } from "./protocol-point.ts";
import { simulate, simulateWithFaults } from "./simulate.ts";

/** Crashes once, at the first point that fits. */
function crashOnceAt(fits: (point: ProtocolPoint) => boolean): Faults {
  let crashed = false;
  return (point) => {
    if (crashed || !fits(point)) return undefined;
    crashed = true;
    return "crash";
  };
}

function twoSteps() {
  const ran: string[] = [];
  const handler = withDurableExecution(async (_event, context) => {
    for (const name of ["a", "b"]) await context.step(name, async () => void ran.push(name));
    return "done";
  });
  return { handler, ran };
}

test("replays after every completed operation if asked to", async () => {
  const { handler, ran } = twoSteps();

  expect(await simulate(handler, { replay: "always" })).toMatchObject({
    result: "done",
    invocations: 3,
    checkpoints: 2,
  });
  expect(ran).toEqual(["a", "b"]);
});

test("finds by replay what a run without suspension hides", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    let total = 0;
    for (const amount of [1, 2]) await context.step(`add ${amount}`, async () => void (total += amount));
    return total;
  });

  expect((await simulate(handler)).result).toBe(3);
  expect((await simulate(handler, { replay: "always" })).result).toBe(0);
});

test("never ends an invocation while a body runs", async () => {
  const ran: string[] = [];
  const handler = withDurableExecution(async (_event, context) => {
    const slow = context.step("slow", async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      ran.push("slow");
    });
    await context.step("fast", async () => void ran.push("fast"));
    await context.runInChildContext("child", async (child) =>
      child.step("inner", async () => void ran.push("inner")),
    );
    await slow;
  });

  const { invocations } = await simulate(handler, { replay: "always" });

  expect(ran.toSorted()).toEqual(["fast", "inner", "slow"]);
  expect(invocations).toBeGreaterThan(1);
});

test("replays waits, flat maps and large contexts", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    await context.wait({ seconds: 1 });
    const flat = await context.map([1, 2, 3], async (each, item) => each.step(async () => item), {
      nesting: NestingType.FLAT,
    });
    const large = await context.runInChildContext("large", async (child) => {
      const part = await child.step("part", async () => "z".repeat(150_000));
      await child.wait({ seconds: 1 });
      return [part, part];
    });
    return [flat.getResults(), large.join("").length];
  });

  const always = await simulate(handler, { replay: "always" });

  expect(always.result).toEqual([[1, 2, 3], 300_000]);
  expect(always.operations).toEqual((await simulate(handler)).operations);
});

test("runs a body again if its result was not stored", async () => {
  const { handler, ran } = twoSteps();

  const simulation = await simulateWithFaults(
    handler,
    {},
    crashOnceAt(({ at }) => at === "checkpoint"),
  );

  expect(simulation).toMatchObject({ result: "done", invocations: 2, checkpoints: 3 });
  expect(ran).toEqual(["a", "a", "b"]);
});

test("does not run a body again if its result was stored, though the reply was lost", async () => {
  const { handler, ran } = twoSteps();

  await simulateWithFaults(
    handler,
    {},
    crashOnceAt(({ at }) => at === "checkpoint-answer"),
  );

  expect(ran).toEqual(["a", "b"]);
});

test("invokes again if the result of the function is lost", async () => {
  const { handler, ran } = twoSteps();

  const simulation = await simulateWithFaults(
    handler,
    {},
    crashOnceAt(({ at }) => at === "invocation-end"),
  );

  expect(simulation).toMatchObject({ result: "done", invocations: 2 });
  expect(ran).toEqual(["a", "b"]);
});

test("runs nothing in an invocation that crashes at its start", async () => {
  const { handler, ran } = twoSteps();

  const simulation = await simulateWithFaults(
    handler,
    {},
    crashOnceAt(({ at }) => at === "invocation-start"),
  );

  expect(simulation).toMatchObject({ result: "done", invocations: 2 });
  expect(ran).toEqual(["a", "b"]);
});

test("invokes again after an error of the service, and fails after a refusal", async () => {
  const failing = (error: Error): Faults => {
    let failed = false;
    return ({ at }) => {
      if (failed || at !== "checkpoint") return undefined;
      failed = true;
      return error;
    };
  };
  const unavailable = Object.assign(new Error("try later"), { $metadata: { httpStatusCode: 503 } });
  const refused = Object.assign(new Error("never"), { $metadata: { httpStatusCode: 400 } });

  expect(await simulateWithFaults(twoSteps().handler, {}, failing(unavailable))).toMatchObject({
    status: "SUCCEEDED",
    invocations: 2,
  });
  expect(await simulateWithFaults(twoSteps().handler, {}, failing(refused))).toMatchObject({
    status: "FAILED",
    error: { message: expect.stringContaining("never") },
  });
});

test("keeps invoking a function that makes progress, however often its invocations throw", async () => {
  const unavailable = Object.assign(new Error("try later"), { $metadata: { httpStatusCode: 503 } });
  const handler = withDurableExecution(async (_event, context) => {
    for (const name of ["a", "b", "c", "d", "e"]) await context.step(name, async () => name);
  });

  const simulation = simulateWithFaults(handler, {}, ({ at }) =>
    at === "checkpoint-answer" ? unavailable : undefined,
  );

  expect(await simulation).toMatchObject({ status: "SUCCEEDED", invocations: 6, checkpoints: 5 });
});

test("fails an execution whose invocations throw three times in a row", async () => {
  const handler = withDurableExecution(async (_event, context) => context.step("big", async () => 1n));

  expect(await simulate(handler)).toMatchObject({
    status: "FAILED",
    error: { type: "SerdesFailedError", message: expect.stringContaining("BigInt") },
    invocations: 3,
  });
});

test("uses a large result that was stored, though the invocation crashed then", async () => {
  const large = "x".repeat(6 * 1024 * 1024);
  const handler = withDurableExecution(async () => large);

  const faults = crashOnceAt(({ at }) => at === "checkpoint-answer");

  expect(await simulateWithFaults(handler, {}, faults)).toMatchObject({
    status: "SUCCEEDED",
    invocations: 1,
  });
});

test("accepts a token once, and none of an invocation that has ended", async () => {
  const { token, client, end, simulation } = await invocationByHand();
  const call = (CheckpointToken: string | undefined) =>
    client.checkpoint({ CheckpointToken, DurableExecutionArn: "arn", Updates: [] });

  const { CheckpointToken: next } = await call(token);

  const stale = {
    name: "InvalidParameterValueException",
    message: expect.stringMatching(/^Invalid checkpoint token/),
    $metadata: { httpStatusCode: 400 },
  };
  await expect(call(token)).rejects.toMatchObject(stale);
  const { CheckpointToken: last } = await call(next);
  end();
  await simulation;
  await expect(call(last)).rejects.toMatchObject(stale);
  await expect(
    client.getExecutionState({ CheckpointToken: last, DurableExecutionArn: "arn", Marker: "1" }),
  ).rejects.toMatchObject(stale);
});

test("accepts no token of a process that has died, before the next one begins", async () => {
  const outcomes: string[] = [];
  const handler = withDurableExecution(async () => "done");
  let invocations = 0;
  const dying = async (event: unknown, context: unknown) => {
    if (++invocations > 1) return handler(event as never, context as never);
    const { durableExecutionClient: client, CheckpointToken } =
      event as DurableExecutionInvocationInputWithClient;
    const call = () => client.checkpoint({ CheckpointToken, DurableExecutionArn: "arn", Updates: [] });
    const answer = () =>
      call().then(
        () => outcomes.push("accepted"),
        (error: Error) => outcomes.push(error.message.slice(0, 24)),
      );
    await Promise.all([answer(), answer()]);
    return new Promise<never>(() => undefined);
  };
  const { status } = await simulateWithFaults(
    dying as typeof handler,
    {},
    crashOnceAt(({ at }) => at === "checkpoint"),
  );
  expect(status).toBe("SUCCEEDED");
  expect(outcomes).toEqual(["Invalid checkpoint token", "Invalid checkpoint token"]);
});

test("tells the state in pages of the size that is asked for", async () => {
  const { token, client, end, simulation } = await invocationByHand();
  const request = { CheckpointToken: token, DurableExecutionArn: "arn" };
  const page = (marker: string, MaxItems: number) =>
    client.getExecutionState({ ...request, Marker: marker, MaxItems });

  expect(await page("0", 1)).toMatchObject({ Operations: [{ Type: "EXECUTION" }] });
  expect(await page("0", 0)).toEqual({ Operations: [], NextMarker: "0" });
  end();
  await simulation;
});

test("refuses the checkpoints of a body that outlives its execution", async () => {
  let finish: () => void = () => undefined;
  const stale: ProtocolPoint[] = [];
  const handler = withDurableExecution(async (_event, context) => {
    const late = context.step("late", () => new Promise<void>((resolve) => (finish = resolve)));
    await context.step("first", async () => undefined);
    return late.isExecuted;
  });

  const { operations } = await simulateWithFaults(handler, {}, (point) => {
    if (point.at === "stale-call") stale.push(point);
    return undefined;
  });
  finish();
  await new Promise((resolve) => setTimeout(resolve, 5));

  expect(operations[0]).toMatchObject({ name: "late", status: "STARTED" });
  expect(stale).toHaveLength(1);
});

test("a live invocation with a used token fails its execution with SDK 2.4.0, as on the service", async () => {
  const { handler } = twoSteps();
  let calls = 0;
  const answers: Faults = ({ at }) => (at === "checkpoint-answer" && ++calls === 1 ? "no-token" : undefined);
  // SDK 2.4.0 keeps the token of its last call where the answer has none, and calls with it again.
  expect(await simulateWithFaults(handler, {}, answers)).toMatchObject({
    status: "FAILED",
    error: { message: expect.stringContaining("Invalid checkpoint token") },
  });
});

test("invokes again after an answer without a token, when the SDK ends the invocation", async () => {
  // As later versions of the SDK do.
  const handler = async (event: unknown) => {
    const { durableExecutionClient, ...input } = event as DurableExecutionInvocationInputWithClient; // the simulator's
    const { CheckpointToken } = await durableExecutionClient.checkpoint({
      CheckpointToken: input.CheckpointToken,
      DurableExecutionArn: input.DurableExecutionArn,
      Updates: [],
    });
    return CheckpointToken === undefined
      ? { Status: InvocationStatus.PENDING as const }
      : { Status: InvocationStatus.SUCCEEDED as const, Result: '"done"' };
  };
  const answers: Faults = ({ at, invocation }) =>
    at === "checkpoint-answer" && invocation < 3 ? "no-token" : undefined;
  expect(await simulateWithFaults(handler, {}, answers)).toMatchObject({ result: "done", invocations: 3 });
});

test("a poll that comes before the suspension, as on a busy machine, is no checkpoint and no point of a crash", async () => {
  const points: ProtocolPoint[] = [];
  const handler = async (event: unknown) => {
    const { durableExecutionClient, ...input } = event as DurableExecutionInvocationInputWithClient; // the simulator's
    const call = (CheckpointToken: string | undefined, Updates: OperationUpdate[]) =>
      durableExecutionClient.checkpoint({
        DurableExecutionArn: input.DurableExecutionArn,
        CheckpointToken,
        Updates,
      });
    if (input.InitialExecutionState.Operations.length > 1)
      return { Status: InvocationStatus.SUCCEEDED as const, Result: '"done"' };
    const start = { Id: "a", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 60 } } as const;
    const { CheckpointToken, NewExecutionState } = await call(input.CheckpointToken, [start]);
    const due = Number(NewExecutionState?.Operations?.[0]?.WaitDetails?.ScheduledEndTimestamp);
    while (Date.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
    const again = await call(CheckpointToken, []);
    expect(again.CheckpointToken).not.toBe(CheckpointToken);
    expect(again.NewExecutionState?.Operations).toEqual([]); // the time has not passed: nothing keeps the invocation from ending
    return { Status: InvocationStatus.PENDING as const };
  };
  const simulation = await simulateWithFaults(handler, {}, (point) => {
    points.push(point);
    return undefined;
  });
  expect(simulation).toMatchObject({ result: "done", invocations: 2, checkpoints: 1 });
  expect(points.map(({ at }) => at).filter((at) => at.startsWith("checkpoint"))).toEqual([
    "checkpoint",
    "checkpoint-answer",
  ]);
});

test("what a call starts has not ended in its answer, even if the SDK polls with the same call, as on a busy machine", async () => {
  const handler = async (event: unknown) => {
    const { durableExecutionClient, ...input } = event as DurableExecutionInvocationInputWithClient; // the simulator's
    let token = input.CheckpointToken;
    const call = async (Updates: OperationUpdate[]) => {
      const { DurableExecutionArn } = input;
      const request = { DurableExecutionArn, CheckpointToken: token, Updates };
      const { CheckpointToken, NewExecutionState } = await durableExecutionClient.checkpoint(request);
      token = CheckpointToken ?? token;
      return NewExecutionState?.Operations ?? [];
    };
    const wait = { Id: "a", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 60 } } as const;
    const [shown] = await call([wait]);
    const due = Number(shown?.WaitDetails?.ScheduledEndTimestamp);
    while (Date.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
    const started = await call([
      { Id: "b", Type: "STEP", Action: "START" },
      { Id: "c", Type: "CHAINED_INVOKE", Action: "START", ChainedInvokeOptions: { FunctionName: "pay" } },
    ]);
    const polled = await call([]);
    await call([{ Id: "b", Type: "STEP", Action: "SUCCEED" }]);
    const statuses = [started, polled].map((operations) =>
      Object.fromEntries(operations.map(({ Id = "", Status }) => [Id, Status])),
    );
    return { Status: InvocationStatus.SUCCEEDED as const, Result: JSON.stringify(statuses) };
  };
  const { result } = await simulate(handler, { functions: { pay: () => "paid" } });
  expect(result).toEqual([
    { b: "STARTED", c: "STARTED" },
    { a: "SUCCEEDED", c: "SUCCEEDED" },
  ]);
});

/** What an invocation is given, without an SDK that makes use of it. */
async function invocationByHand() {
  let end: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (end = resolve));
  let begin: (input: DurableExecutionInvocationInputWithClient) => void = () => undefined;
  const begun = new Promise<DurableExecutionInvocationInputWithClient>((resolve) => (begin = resolve));
  const handler = async (event: unknown) => {
    // The event that the simulator makes.
    begin(event as DurableExecutionInvocationInputWithClient);
    await running;
    return { Status: InvocationStatus.SUCCEEDED as const };
  };
  const simulation = simulate(handler);
  const { CheckpointToken: token, durableExecutionClient: client } = await begun;
  return { token, client, end, simulation };
}
