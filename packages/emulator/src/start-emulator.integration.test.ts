import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetDurableExecutionHistoryCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator, type LogLine } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "emulator-test-"));
const file = join(import.meta.dirname, "handlers.fixture.ts");
const logs: LogLine[] = [];
let emulator: Emulator;
let client: LambdaClient;

beforeAll(async () => {
  emulator = await startEmulator({
    functions: [
      ...["order", "environment", "dies", "talks"].map((name) => ({ name, file, exportName: name })),
      { name: "hangs", file, exportName: "dies", timeoutSeconds: 3 },
    ],
    env: { TRACE_FILE: join(folder, "trace"), GREETING: "hello" },
    memoryMB: 300,
    onLog: (line) => logs.push(line),
  });
  client = new LambdaClient({
    endpoint: emulator.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
});

afterAll(async () => {
  client.destroy();
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

test("an idle connection stays open for ten minutes, so that no client takes one that is being closed", async () => {
  const reply = await fetch(emulator.endpoint);
  expect(reply.headers.get("keep-alive")).toBe("timeout=600");
  await reply.body?.cancel();
});

async function invoke(FunctionName: string, event: unknown) {
  const { Payload, FunctionError, DurableExecutionArn } = await client.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  // The handlers of this test return objects.
  const result = JSON.parse(Payload?.transformToString() ?? "null") as Record<string, unknown>;
  return { result, FunctionError, arn: DurableExecutionArn };
}

test("runs each handler in a process of its own, which stays warm", async () => {
  const first = await invoke("order:$LATEST", { item: "cup" });
  const second = await invoke("order:$LATEST", { item: "jar" });
  expect(first.result).toMatchObject({ item: "cup", total: 21 });
  expect(first.result["pid"]).not.toBe(process.pid);
  expect(second.result).toMatchObject({ item: "jar", total: 21, pid: first.result["pid"], invocations: 2 });
  expect(logs).toContainEqual(
    expect.objectContaining({
      functionName: "order",
      executionArn: first.arn,
      requestId: expect.stringMatching(/^[\da-f-]{36}$/u),
      stream: "stdout",
      text: "order of cup",
    }),
  );
});

test.each([
  ["of a durable function", "order:$LATEST", /^order of mug\n$/u],
  ["of a plain function", "talks", /line 499\nline 500\n$/u],
])("answers the last 4 KB of the log %s to LogType: Tail", async (_, FunctionName, printed) => {
  const Payload = '{"item":"mug"}';
  const tail = async (LogType: "Tail" | "None") => {
    const { LogResult } = await client.send(new InvokeCommand({ FunctionName, Payload, LogType }));
    return LogResult === undefined ? undefined : Buffer.from(LogResult, "base64").toString();
  };
  const text = await tail("Tail");
  expect(text).toMatch(printed);
  expect(text?.length).toBeLessThanOrEqual(4_096);
  expect(await tail("None")).toBeUndefined();
});

test("gives a handler the environment and the context of Lambda", async () => {
  const { result } = await invoke("environment", {});
  expect(result["env"]).toMatchObject({
    AWS_LAMBDA_FUNCTION_NAME: "environment",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "300",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_ENDPOINT_URL_LAMBDA: emulator.endpoint,
    _HANDLER: "handlers.fixture.environment",
    GREETING: "hello",
  });
  expect(result["context"]).toMatchObject({
    functionName: "environment",
    memoryLimitInMB: "300",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:environment:$LATEST",
    awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/u),
  });
  const { remaining } = result["context"] as { remaining: number };
  expect(remaining).toBeLessThanOrEqual(60_000);
  expect(remaining).toBeGreaterThan(0);
});

describe("a process that dies in a step", () => {
  test.each([
    ["exit", "Runtime.ExitError", "exit status 3"],
    ["signal", "Runtime.ExitError", "signal: SIGKILL"],
    ["rejection", "Runtime.UnhandledPromiseRejection", "nobody awaits this"],
    ["exception", "Runtime.UncaughtException", "thrown in a timer"],
    ["memory", "Runtime.OutOfMemory", "signal: killed"],
  ])("by %s is replaced, and only that step runs again", async (by, errorType, message) => {
    writeFileSync(join(folder, "trace"), "");
    const { result, arn } = await invoke("dies:1", { by });
    expect(result).toEqual({ first: 1, second: 2 });
    const { Events = [] } = await client.send(
      new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn }),
    );
    const ends = Events.flatMap(({ InvocationCompletedDetails }) => InvocationCompletedDetails ?? []);
    expect(ends.map(({ Error }) => Error?.Payload?.ErrorType)).toEqual([errorType, undefined]);
    expect(ends[0]?.Error?.Payload?.ErrorMessage).toContain(message);
  });
});

test.each(["busy", "idle"])("kills a process that never ends, while it is %s", async (by) => {
  writeFileSync(join(folder, "trace"), "");
  const { result, arn } = await invoke("hangs:1", { by });
  expect(result["first"]).toBe(1);
  expect(result["second"]).toBeGreaterThan(1);
  const { Events = [] } = await client.send(
    new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn }),
  );
  const ended = Events.find(({ EventType }) => EventType === "InvocationCompleted");
  expect(ended?.InvocationCompletedDetails?.Error?.Payload).toMatchObject({
    ErrorType: "Sandbox.Timedout",
    ErrorMessage: expect.stringContaining("Task timed out after 3.00 seconds"),
  });
});

describe("startEmulator", () => {
  test.each([
    ["a file that does not exist", { name: "f", file: "nowhere.ts" }, "nowhere.ts"],
    ["a file without the handler", { name: "f", file }, 'exports no function "handler"; it exports: '],
    [
      "an export that is no function",
      { name: "f", file, exportName: "notAFunction" },
      'exports as "notAFunction" is no function, but of type number',
    ],
  ])("refuses %s", async (_, each, message) => {
    await expect(startEmulator({ functions: [each] })).rejects.toThrow(message);
  });

  test("refuses a port that is in use", async () => {
    const port = Number(new URL(emulator.endpoint).port);
    await expect(startEmulator({ functions: [], port })).rejects.toThrow(`Port ${port} is in use`);
  });

  test("listens on loopback only, and frees its port", async () => {
    const other = await startEmulator({ functions: [] });
    const port = Number(new URL(other.endpoint).port);
    expect(new URL(other.endpoint).hostname).toBe("127.0.0.1");
    await other.stop();
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    await new Promise((closed) => server.close(closed));
  });
});
