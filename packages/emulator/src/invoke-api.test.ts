import { setImmediate } from "node:timers/promises";
import {
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import type { LambdaFunction } from "./functions/lambda-function.ts";
import { inProcessLambda, ManualClock } from "./in-process.fixture.ts";

const order = async (event: { item: string }, context: DurableContext) => {
  const price = await context.step("price", async () => 7);
  const stock = await context.step("stock", async () => 3);
  return { item: event.item, total: price * stock };
};
const fails = async () => {
  throw new RangeError("sold out");
};
const plain = { double: ({ n }: { n: number }) => 2 * n, fails: async () => fails() };

async function invoke(client: LambdaClient, FunctionName: string, more: object = {}) {
  const { Payload, ...rest } = await client.send(new InvokeCommand({ FunctionName, ...more }));
  const text = Payload?.transformToString() ?? "";
  return { ...rest, result: text === "" ? undefined : (JSON.parse(text) as unknown) };
}

describe("Invoke", () => {
  test("runs a durable function to its end and answers with its result", async () => {
    const { client, errors } = inProcessLambda({ durable: { order } });
    const answer = await invoke(client, "order:$LATEST", { Payload: '{"item":"cup"}' });
    expect(answer).toMatchObject({
      StatusCode: 200,
      ExecutedVersion: "$LATEST",
      result: { item: "cup", total: 21 },
    });
    expect(answer.FunctionError).toBeUndefined();
    expect(answer.DurableExecutionArn).toMatch(
      /:function:order:\$LATEST\/durable-execution\/[\w-]+\/[\w-]+$/u,
    );
    expect(errors).toEqual([]);
  });

  test("answers with the error of an execution that failed", async () => {
    const { client } = inProcessLambda({ durable: { fails } });
    expect(await invoke(client, "fails", { Qualifier: "prod" })).toMatchObject({
      StatusCode: 200,
      FunctionError: "Unhandled",
      result: { errorType: "RangeError", errorMessage: "sold out" },
    });
  });

  test("answers an event at once", async () => {
    const { client, lambda, until } = inProcessLambda({ durable: { order } });
    const answer = await invoke(client, "order:1", { InvocationType: "Event", Payload: '{"item":"cup"}' });
    expect(answer).toMatchObject({ StatusCode: 202, result: undefined });
    await until(() => lambda.executions.list().every(({ status }) => status === "SUCCEEDED"));
    expect(lambda.executions.list()).toHaveLength(1);
  });

  test("reattaches to an execution by its name, and refuses another payload", async () => {
    let runs = 0;
    const { client } = inProcessLambda({ durable: { once: async () => ++runs } });
    const request = { DurableExecutionName: "order-7", Payload: '{"n":1}' };
    const { result, DurableExecutionArn } = await invoke(client, "once:1", request);
    expect(await invoke(client, "once:1", request)).toMatchObject({ result, DurableExecutionArn });
    expect(runs).toBe(1);
    await expect(invoke(client, "once:1", { ...request, Payload: '{"n":2}' })).rejects.toMatchObject({
      name: "DurableExecutionAlreadyStartedException",
      $metadata: { httpStatusCode: 409 },
    });
  });

  test("runs a plain function without an execution", async () => {
    const { client, lambda } = inProcessLambda({ plain });
    expect(await invoke(client, "double", { Payload: '{"n":4}' })).toMatchObject({
      StatusCode: 200,
      result: 8,
    });
    expect(await invoke(client, "fails")).toMatchObject({
      FunctionError: "Unhandled",
      result: { errorType: "RangeError", errorMessage: "sold out" },
    });
    const event = { Payload: '{"n":4}', InvocationType: "Event" };
    expect(await invoke(client, "double", event)).toMatchObject({ StatusCode: 202, result: undefined });
    expect(lambda.executions.list()).toEqual([]);
  });

  test("fails an execution whose handler is not wrapped, and says what to do", async () => {
    const { client } = inProcessLambda({ plain });
    const { result } = await invoke(client, "double:1", { Payload: '{"n":4}', DurableExecutionName: "n-4" });
    expect(result).toMatchObject({ errorMessage: expect.stringContaining("withDurableExecution") });
  });

  test.each([
    [
      "an unknown function",
      "unknown:1",
      {},
      "ResourceNotFoundException",
      404,
      "The emulator runs: order, double",
    ],
    [
      "a durable function without a qualifier",
      "order",
      {},
      "InvalidParameterValueException",
      400,
      "unqualified ARN",
    ],
    ["a malformed name", "or/der", {}, "InvalidParameterValueException", 400, "functionName"],
    ["two qualifiers", "order:1", { Qualifier: "2" }, "InvalidParameterValueException", 400, "qualifier"],
    [
      "a malformed execution name",
      "order:1",
      { DurableExecutionName: "a b" },
      "InvalidParameterValueException",
      400,
      "durableExecutionName",
    ],
    [
      "an unknown type",
      "order:1",
      { InvocationType: "Later" },
      "InvalidParameterValueException",
      400,
      "invocationType",
    ],
    [
      "an event that is not JSON",
      "order:1",
      { Payload: "{cup" },
      "InvalidRequestContentException",
      400,
      "parse request body",
    ],
    [
      "a payload over 6 MB",
      "order:1",
      { Payload: `"${"x".repeat(6_291_456)}"` },
      "RequestTooLargeException",
      413,
      "6291456",
    ],
    [
      "an event over 1 MB",
      "order:1",
      { Payload: `"${"x".repeat(1_048_576)}"`, InvocationType: "Event" },
      "RequestTooLargeException",
      413,
      "1048576",
    ],
  ])("refuses %s", async (_, name, request, error, httpStatusCode, message) => {
    const { client, lambda } = inProcessLambda({ durable: { order }, plain });
    await expect(invoke(client, name, request)).rejects.toMatchObject({
      name: error,
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode },
    });
    expect(lambda.executions.list()).toEqual([]);
  });

  test("runs nothing for a dry run", async () => {
    const { client, lambda } = inProcessLambda({ durable: { order } });
    expect(await invoke(client, "order:1", { InvocationType: "DryRun" })).toMatchObject({ StatusCode: 204 });
    expect(lambda.executions.list()).toEqual([]);
  });
});

describe("a chained invoke", () => {
  const parent = async ({ target, n }: { target: string; n: number }, context: DurableContext) =>
    context.invoke("child", target, { n });
  const triple = async ({ n }: { n: number }, context: DurableContext) =>
    context.step("triple", async () => 3 * n);
  const run = async (target: string) => {
    const { client } = inProcessLambda({
      durable: { parent, triple, fails },
      plain: { double: plain.double },
    });
    return invoke(client, "parent:1", {
      Payload: JSON.stringify({ target, n: 4 }),
      DurableExecutionName: "p",
    });
  };

  test("runs a durable and a plain function", async () => {
    expect(await run("triple:1")).toMatchObject({ result: 12 });
    expect(await run("double")).toMatchObject({ result: 8 });
  });

  test("starts an execution of its own, which the history names", async () => {
    const { client } = inProcessLambda({ durable: { parent, triple }, plain: { double: plain.double } });
    const started = async (target: string) => {
      const { DurableExecutionArn } = await invoke(client, "parent:1", {
        Payload: JSON.stringify({ target, n: 4 }),
      });
      const { Events } = await client.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn }));
      return Events?.flatMap(({ ChainedInvokeStartedDetails }) => ChainedInvokeStartedDetails ?? []);
    };
    const [details] = (await started("triple:1")) ?? [];
    expect(details).toMatchObject({ FunctionName: "triple:1", ExecutedVersion: "$LATEST" });
    const { DurableExecutionArn } = details ?? {};
    expect(await client.send(new GetDurableExecutionCommand({ DurableExecutionArn }))).toMatchObject({
      DurableExecutionName: expect.stringMatching(/^[\w-]{1,64}$/u),
      Result: "12",
    });
    expect((await started("double"))?.[0]?.DurableExecutionArn).toBeUndefined(); // a plain function has none
  });

  test("of the function itself starts another execution, however long the caller's name is", async () => {
    const countdown = async (n: number, context: DurableContext): Promise<number> =>
      n === 0 ? 0 : 1 + (await context.invoke<number, number>("next", "countdown:1", n - 1));
    const { client, lambda } = inProcessLambda({ durable: { countdown } });
    const request = { Payload: "3", DurableExecutionName: "a".repeat(64) };
    expect(await invoke(client, "countdown:1", request)).toMatchObject({ result: 3 });
    const names = lambda.executions.list().map(({ executionName }) => executionName);
    expect(new Set(names).size).toBe(4);
    expect(names.filter((name) => name.length > 64)).toEqual([]);
  });

  test("by two functions whose executions have one name starts two executions", async () => {
    const { client } = inProcessLambda({ durable: { parent, other: parent, triple } });
    for (const [caller, n] of [
      ["parent", 4],
      ["other", 5],
    ] as const) {
      const request = { Payload: JSON.stringify({ target: "triple:1", n }), DurableExecutionName: "p" };
      expect(await invoke(client, `${caller}:1`, request)).toMatchObject({ result: 3 * n });
    }
  });

  test.each([
    ["fails", "fails:1", "sold out"],
    ["does not exist", "nothing:1", "Function not found"],
    ["is durable, without a qualifier", "triple", "unqualified ARN"],
  ])("fails for a function that %s", async (_, target, message) => {
    expect(await run(target)).toMatchObject({
      FunctionError: "Unhandled",
      result: { errorMessage: expect.stringContaining(message) },
    });
  });
});

test("a stopped emulator waits for nothing, not even for the pause after a handler that keeps crashing", async () => {
  const clock = new ManualClock();
  const crashed = { kind: "crashed", wasKilled: false, error: { ErrorType: "Runtime.ExitError" } } as const;
  const f: LambdaFunction = {
    name: "f",
    invoke: () => ({ ended: Promise.resolve(crashed), kill: () => undefined }),
    stop: async () => {},
  };
  const { client, lambda, until, errors } = inProcessLambda({}, { clock, functions: [f] });
  await client.send(
    new InvokeCommand({ FunctionName: "f:1", InvocationType: "Event", DurableExecutionName: "e1" }),
  );
  await until(() =>
    lambda.executions.list().some(({ arn }) => lambda.executions.find(arn).recorded.invocations === 2),
  );
  await setImmediate();
  expect(clock.due).toContain(clock.now + 1_000);
  await lambda.stop();
  expect([clock.due, errors]).toEqual([[], []]);
});
