import {
  CheckpointDurableExecutionCommand,
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  GetDurableExecutionStateCommand,
  InvokeCommand,
  ListDurableExecutionsByFunctionCommand,
  paginateGetDurableExecutionHistory,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
  StopDurableExecutionCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { replayHistory } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { inProcessLambda, ManualClock } from "./in-process.fixture.ts";

type Lambda = ReturnType<typeof inProcessLambda>;

/** Starts an execution and resolves to its ARN when it is suspended or has ended. */
async function start({ client, lambda, until }: Lambda, name = "e1", payload: unknown = {}): Promise<string> {
  const { DurableExecutionArn: arn = "" } = await client.send(
    new InvokeCommand({
      FunctionName: "f:1",
      InvocationType: "Event",
      DurableExecutionName: name,
      Payload: JSON.stringify(payload),
    }),
  );
  const { recorded } = lambda.executions.find(arn);
  await until(() => recorded.invocations > 0);
  return arn;
}

async function statusOf(client: LambdaClient, arn: string) {
  const { Status, Result, Error } = await client.send(
    new GetDurableExecutionCommand({ DurableExecutionArn: arn }),
  );
  return { Status, Result, Error };
}

const DAY = 86_400;
const waits = async (event: { n: number }, context: DurableContext) => {
  const before = await context.step("before", async () => event.n + 1);
  await context.wait("a day", { seconds: DAY });
  return context.step("after", async () => before + 1);
};

describe("a wait", () => {
  test("suspends the execution until its time, and the history replays", async () => {
    const clock = new ManualClock();
    const emulator = inProcessLambda({ durable: { f: waits } }, { clock });
    const { client, until, lambda } = emulator;
    const arn = await start(emulator, "e1", { n: 1 });
    clock.advance(DAY - 1);
    expect(await statusOf(client, arn)).toMatchObject({ Status: "RUNNING", Result: undefined });
    clock.advance(1);
    await until(() => lambda.executions.find(arn).recorded.isClosed);
    expect(await statusOf(client, arn)).toMatchObject({ Status: "SUCCEEDED", Result: "3" });

    const history = await client.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn }));
    expect(history.Events?.map(({ EventType }) => EventType)).toEqual([
      "ExecutionStarted",
      "StepStarted",
      "StepSucceeded",
      "WaitStarted",
      "InvocationCompleted",
      "WaitSucceeded",
      "StepStarted",
      "StepSucceeded",
      "InvocationCompleted",
      "ExecutionSucceeded",
    ]);
    const replay = await replayHistory(withDurableExecution(waits), history, { at: "every-event" });
    expect(replay).toMatchObject({ compatible: true });
  });
});

describe("a retry", () => {
  test("runs the step again after its delay", async () => {
    const clock = new ManualClock();
    let attempts = 0;
    const f = async (_: unknown, context: DurableContext) =>
      context.step(
        "flaky",
        async () => {
          attempts += 1;
          if (attempts < 3) throw new Error("not yet");
          return attempts;
        },
        { retryStrategy: () => ({ shouldRetry: true, delay: { seconds: 60 } }) },
      );
    const emulator = inProcessLambda({ durable: { f } }, { clock });
    const { client, lambda, until } = emulator;
    const arn = await start(emulator);
    const { recorded } = lambda.executions.find(arn);
    expect(attempts).toBe(1);
    clock.advance(60);
    await until(() => recorded.invocations === 2);
    clock.advance(60);
    await until(() => recorded.isClosed);
    expect(await statusOf(client, arn)).toMatchObject({ Status: "SUCCEEDED", Result: "3" });
    const { Events = [] } = await client.send(
      new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn }),
    );
    const failed = Events.filter(({ EventType }) => EventType === "StepFailed");
    expect(failed.map(({ StepFailedDetails }) => StepFailedDetails?.RetryDetails)).toEqual([
      { CurrentAttempt: 1, NextAttemptDelaySeconds: 60 },
      { CurrentAttempt: 2, NextAttemptDelaySeconds: 60 },
    ]);
    expect((await replayHistory(withDurableExecution(f), { Events })).compatible).toBe(true);
  });
});

describe("a callback", () => {
  const f = async (_: unknown, context: DurableContext) => {
    const [answer] = await context.createCallback("approval", {
      timeout: { hours: 1 },
      heartbeatTimeout: { minutes: 10 },
    });
    return answer;
  };
  const suspended = async () => {
    const clock = new ManualClock();
    const emulator = inProcessLambda({ durable: { f } }, { clock });
    const arn = await start(emulator);
    const { recorded } = emulator.lambda.executions.find(arn);
    const [callback] = recorded.state.operations;
    const CallbackId = callback?.CallbackDetails?.CallbackId ?? "";
    const closed = async () => {
      await emulator.until(() => recorded.isClosed);
      return statusOf(emulator.client, arn);
    };
    return { ...emulator, clock, CallbackId, closed };
  };

  test("continues with the result that it is sent, once", async () => {
    const { client, CallbackId, closed } = await suspended();
    const succeed = new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: "yes" });
    await client.send(succeed);
    expect(await closed()).toMatchObject({ Status: "SUCCEEDED", Result: '"yes"' });
    await expect(client.send(succeed)).rejects.toMatchObject({ name: "CallbackTimeoutException" });
  });

  test("fails with the error that it is sent", async () => {
    const { client, CallbackId, closed } = await suspended();
    const Error = { ErrorType: "Denied", ErrorMessage: "no budget" };
    await client.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId, Error }));
    const ended = await closed();
    expect(ended.Status).toBe("FAILED");
    expect(JSON.stringify(ended.Error)).toContain("no budget");
  });

  test("times out when its heartbeat stops", async () => {
    const { client, clock, CallbackId, closed, lambda } = await suspended();
    for (let n = 0; n < 3; n += 1) {
      clock.advance(599);
      await client.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId }));
    }
    expect(lambda.executions.list()[0]?.status).toBe("RUNNING");
    clock.advance(600);
    const ended = await closed();
    expect(JSON.stringify(ended.Error)).toContain("timed out on heartbeat");
  });

  test("times out after its time, with a heartbeat", async () => {
    const { client, clock, CallbackId, closed } = await suspended();
    for (let n = 0; n < 6; n += 1) {
      clock.advance(599);
      await client.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId }));
    }
    clock.advance(6);
    expect((await closed()).Status).toBe("FAILED");
  });

  test("is not found under an unknown id, and takes no result over 256 KB", async () => {
    const { client, CallbackId } = await suspended();
    for (const unknown of ["nonsense", `${CallbackId}x`]) {
      await expect(
        client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId: unknown })),
      ).rejects.toMatchObject({ name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } });
    }
    const Result = "x".repeat(262_145);
    await expect(
      client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result })),
    ).rejects.toMatchObject({ name: "InvalidParameterValueException" });
  });
});

describe("ListDurableExecutionsByFunction", () => {
  test("filters and pages, the newest first", async () => {
    const clock = new ManualClock();
    const emulator = inProcessLambda({ durable: { f: async (event: unknown) => event } }, { clock });
    const { client } = emulator;
    for (let n = 1; n <= 5; n += 1) {
      await start(emulator, `e${n}`, n);
      clock.advance(1);
    }
    const list = async (filter: object) => {
      const { DurableExecutions = [], NextMarker } = await client.send(
        new ListDurableExecutionsByFunctionCommand({ FunctionName: "f", ...filter }),
      );
      return { names: DurableExecutions.map((each) => each.DurableExecutionName), NextMarker };
    };
    expect(await list({})).toEqual({ names: ["e5", "e4", "e3", "e2", "e1"], NextMarker: undefined });
    expect((await list({ ReverseOrder: true })).names[0]).toBe("e1");
    expect((await list({ DurableExecutionName: "e2" })).names).toEqual(["e2"]);
    expect((await list({ Statuses: ["RUNNING", "FAILED"] })).names).toEqual([]);
    const third = new Date(clock.now - 3_000);
    expect((await list({ StartedAfter: third })).names).toEqual(["e5", "e4"]);
    expect((await list({ StartedBefore: third })).names).toEqual(["e2", "e1"]);
    await expect(list({ FunctionName: "other" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    const first = await list({ MaxItems: 3 });
    expect(await list({ MaxItems: 3, Marker: first.NextMarker })).toEqual({
      names: ["e2", "e1"],
      NextMarker: undefined,
    });
    for (const refused of [{ Marker: "?" }, { MaxItems: 1_001 }, { Statuses: ["DONE"] }]) {
      await expect(list(refused)).rejects.toMatchObject({ name: "InvalidParameterValueException" });
    }
  });
});

describe("StopDurableExecution", () => {
  test("ends an execution for good", async () => {
    const clock = new ManualClock();
    const emulator = inProcessLambda({ durable: { f: waits } }, { clock });
    const { client, lambda } = emulator;
    const arn = await start(emulator);
    const Error = { ErrorMessage: "wrong order" };
    const { StopTimestamp } = await client.send(
      new StopDurableExecutionCommand({ DurableExecutionArn: arn, Error }),
    );
    expect(StopTimestamp).toEqual(new Date(clock.now));
    clock.advance(2 * DAY);
    expect(await statusOf(client, arn)).toMatchObject({ Status: "STOPPED", Error });
    expect(lambda.executions.find(arn).recorded.invocations).toBe(1);
  });
});

test("an execution ends when its time is over", async () => {
  const clock = new ManualClock();
  const emulator = inProcessLambda({ durable: { f: waits } }, { clock, executionTimeoutSeconds: 60 });
  const arn = await start(emulator);
  clock.advance(60);
  expect(await statusOf(emulator.client, arn)).toMatchObject({ Status: "TIMED_OUT" });
});

describe("GetDurableExecutionHistory", () => {
  test("pages, in both orders, with or without the data", async () => {
    const emulator = inProcessLambda({ durable: { f: async (event: unknown) => event } });
    const { client } = emulator;
    const DurableExecutionArn = await start(emulator, "e1", "secret");
    const pages = [];
    const request = { DurableExecutionArn, ReverseOrder: true, MaxItems: 2 };
    for await (const { Events } of paginateGetDurableExecutionHistory({ client }, request))
      pages.push(Events);
    expect(pages.map((events) => events?.map(({ EventId }) => EventId))).toEqual([[3, 2], [1]]);
    const without = await client.send(
      new GetDurableExecutionHistoryCommand({ DurableExecutionArn, IncludeExecutionData: false }),
    );
    expect(JSON.stringify(without.Events)).not.toContain("secret");
    const { InputPayload, ExecutionDataIncluded } = await client.send(
      new GetDurableExecutionCommand({ DurableExecutionArn, IncludeExecutionData: false }),
    );
    expect({ InputPayload, ExecutionDataIncluded }).toEqual({ ExecutionDataIncluded: false });
  });

  test.each([
    ["a malformed ARN", "arn:nothing", "InvalidParameterValueException"],
    [
      "an unknown ARN",
      "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST/durable-execution/e/1",
      "ResourceNotFoundException",
    ],
  ])("refuses %s", async (_, DurableExecutionArn, name) => {
    const { client } = inProcessLambda({});
    await expect(
      client.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn })),
    ).rejects.toMatchObject({ name });
  });
});

describe("a checkpoint", () => {
  test("counts once when the client sends it again, and is refused with a used token", async () => {
    let calls = Promise.resolve<unknown[]>([]);
    const emulator = inProcessLambda({
      plain: {
        f: (event: never) => {
          const { DurableExecutionArn, CheckpointToken } = event as Record<string, string>;
          const update = { Id: "a", Type: "STEP", SubType: "Step", Action: "START" } as const;
          const call = async (ClientToken: string) => {
            const request = { DurableExecutionArn, CheckpointToken, ClientToken, Updates: [update] };
            return emulator.client.send(new CheckpointDurableExecutionCommand(request)).then(
              ({ CheckpointToken: next }) => next,
              (error: Error) => `${error.name}: ${error.message}`,
            );
          };
          const read = () =>
            emulator.client
              .send(new GetDurableExecutionStateCommand({ DurableExecutionArn, CheckpointToken }))
              .catch((error: Error) => error.name);
          calls = (async () => [await call("one"), await call("one"), await call("two"), await read()])();
          return calls.then(() => ({ Status: "SUCCEEDED", Result: "1" }));
        },
      },
    });
    const arn = await start(emulator);
    const [first, again, other, read] = await calls;
    expect(again).toBe(first);
    expect(other).toMatch(/^InvalidParameterValueException: Invalid checkpoint token/u);
    expect(read).toBe("InvalidParameterValueException");
    expect(Array.from(emulator.lambda.executions.find(arn).recorded.state.operations)).toHaveLength(1);
  });

  test("reads a state of many pages", async () => {
    const clock = new ManualClock();
    const f = async (_: unknown, context: DurableContext) => {
      const steps = Array.from({ length: 1_100 }, (_each, n) => context.step(`s${n}`, async () => n));
      const values = await Promise.all(steps);
      await context.wait("pause", { seconds: DAY });
      return values.reduce((sum, value) => sum + value, 0);
    };
    const emulator = inProcessLambda({ durable: { f } }, { clock });
    const arn = await start(emulator);
    clock.advance(DAY);
    await emulator.until(() => emulator.lambda.executions.find(arn).recorded.isClosed);
    expect(await statusOf(emulator.client, arn)).toMatchObject({ Status: "SUCCEEDED", Result: "604450" });
  });
});

describe("a process that is killed", () => {
  test("is replaced by an invocation that replays what was checkpointed", async () => {
    const bodies: string[] = [];
    const emulator = inProcessLambda({
      durable: {
        f: async (_: unknown, context: DurableContext) => {
          await context.step("first", async () => bodies.push("first"));
          return context.step("second", async () => {
            bodies.push("second");
            if (bodies.length === 2)
              emulator.lambda.executions.find(context.executionContext.durableExecutionArn).kill();
            return bodies.length;
          });
        },
      },
    });
    const arn = await start(emulator);
    await emulator.until(() => emulator.lambda.executions.find(arn).recorded.isClosed);
    expect(bodies).toEqual(["first", "second", "second"]);
    expect(await statusOf(emulator.client, arn)).toMatchObject({ Status: "SUCCEEDED", Result: "3" });
  });

  test.each(["checkpoint", "reply"] as const)(
    "at a %s is reported, and the result is the same",
    async (at) => {
      const kills: string[] = [];
      const emulator = inProcessLambda(
        {
          durable: {
            f: async (_: unknown, context: DurableContext) => {
              const first = await context.step("first", async () => 1);
              return first + (await context.step("second", async () => 2));
            },
          },
        },
        {
          chaos: { rate: 1, seed: 1, at: [at], maxKills: 2 },
          onKill: ({ arn }, point) => kills.push(`${arn} ${point}`),
        },
      );
      const arn = await start(emulator);
      await emulator.until(() => emulator.lambda.executions.find(arn).recorded.isClosed);
      expect(await statusOf(emulator.client, arn)).toMatchObject({ Status: "SUCCEEDED", Result: "3" });
      expect(kills).toEqual(Array.from({ length: 2 }, () => `${arn} ${at}`));
      expect(emulator.lambda.executions.find(arn).recorded.invocations).toBe(3);
    },
  );

  test("in its body is not killed when its invocation has ended before", async () => {
    const clock = new ManualClock();
    const kills: string[] = [];
    const emulator = inProcessLambda(
      {
        durable: {
          f: async (_: unknown, context: DurableContext) => {
            await context.wait({ seconds: 60 });
            return "done";
          },
        },
      },
      {
        clock,
        chaos: { rate: 1, seed: 1, at: ["body"], maxKills: 1 },
        onKill: (_execution, point) => kills.push(point),
      },
    );
    const arn = await start(emulator);
    const { recorded } = emulator.lambda.executions.find(arn);
    await emulator.until(() => recorded.invocations === 1);
    clock.advance(60);
    await emulator.until(() => recorded.isClosed);
    expect(await statusOf(emulator.client, arn)).toMatchObject({ Status: "SUCCEEDED", Result: '"done"' });
    expect(kills).toEqual([]);
  });
});
