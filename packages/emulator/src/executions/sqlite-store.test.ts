import { mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import {
  InvokeCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inProcessLambda, ManualClock } from "../in-process.fixture.ts";
import type { RecordedExecution } from "./recorded-execution.ts";
import { SqliteStore } from "./sqlite-store.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "emulator-store-"));
  file = join(folder, "data.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

const DAY = 86_400;
const bodies: string[] = [];
const f = async (_: unknown, context: DurableContext) => {
  const first = await context.step("first", async () => bodies.push("first"));
  await context.wait("a day", { seconds: DAY });
  const [answer] = await context.createCallback("approval", { heartbeatTimeout: { hours: 1 } });
  const child = await context.invoke("child", "g:1", { first });
  return { first, answer: await answer, child };
};
const g = async (event: unknown, context: DurableContext) => {
  await context.wait("a day", { seconds: DAY });
  return event;
};

test("an emulator with the same file continues each execution where it was", async () => {
  const clock = new ManualClock();
  bodies.length = 0;
  /** Does one thing in an emulator of its own, and stops that when the operation has started. */
  const restarted = async (
    act: (emulator: ReturnType<typeof inProcessLambda>, f: RecordedExecution | undefined) => unknown,
    until: (f: RecordedExecution) => boolean,
  ) => {
    const store = await SqliteStore.open(file);
    const emulator = inProcessLambda({ durable: { f, g } }, { clock, store });
    const { executions } = emulator.lambda;
    executions.resume(["f", "g"]);
    const find = () => {
      const summary = executions.list().find(({ functionName }) => functionName === "f");
      return summary && executions.find(summary.arn);
    };
    const resumed = find();
    await emulator.until(() => resumed === undefined || resumed.recorded.isClosed || resumed.isRunning);
    await act(emulator, resumed?.recorded);
    const isIdle = () => executions.list().every(({ arn }) => !executions.find(arn).isRunning);
    const holds = () => {
      const recorded = find()?.recorded;
      return recorded !== undefined && isIdle() && until(recorded);
    };
    await emulator.until(holds);
    const recorded = find()?.recorded;
    await emulator.lambda.stop();
    store.close();
    expect(emulator.errors).toEqual([]);
    return recorded;
  };
  const isWaitingFor = (type: string) => (recorded: RecordedExecution) =>
    Array.from(recorded.state.operations).some(({ Type, Status }) => Type === type && Status === "STARTED");

  await restarted(
    ({ client }) =>
      client.send(
        new InvokeCommand({ FunctionName: "f:1", InvocationType: "Event", DurableExecutionName: "e1" }),
      ),
    isWaitingFor("WAIT"),
  );
  await restarted(() => clock.advance(DAY), isWaitingFor("CALLBACK"));
  await restarted(async ({ client }, recorded) => {
    const callback = Array.from(recorded?.state.operations ?? []).find(({ Type }) => Type === "CALLBACK");
    const CallbackId = callback?.CallbackDetails?.CallbackId;
    clock.advance(3_599);
    await client.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId }));
    clock.advance(3_599);
    await client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: "yes" }));
  }, isWaitingFor("CHAINED_INVOKE"));
  const ended = await restarted(
    () => clock.advance(DAY),
    ({ isClosed }) => isClosed,
  );
  const again = await restarted(
    () => undefined,
    () => true,
  );

  expect(bodies).toEqual(["first"]);
  expect(again?.end).toEqual({
    status: "SUCCEEDED",
    result: '{"first":1,"answer":"yes","child":{"first":1}}',
  });
  expect(again?.history.events).toEqual(ended?.history.events);
  expect(again?.summary).toEqual(ended?.summary);
});

test("what happens to an execution while its function is not served is kept until it is", async () => {
  const body = async (_event: never, context: DurableContext) => (await context.createCallback("c"))[0];
  const emulatorOf = async (name: string) => {
    const store = await SqliteStore.open(file);
    const emulator = inProcessLambda({ durable: { [name]: body } }, { store });
    emulator.lambda.executions.resume([name]);
    const find = () => {
      const [summary] = emulator.lambda.executions.list();
      return summary && emulator.lambda.executions.find(summary.arn);
    };
    const stop = async () => {
      await emulator.lambda.stop();
      store.close();
      expect(emulator.errors).toEqual([]);
    };
    return { ...emulator, find, stop };
  };

  const first = await emulatorOf("f");
  await first.client.send(new InvokeCommand({ FunctionName: "f:1", InvocationType: "Event" }));
  const callback = () => Array.from(first.find()?.recorded.state.operations ?? [])[0];
  await first.until(() => callback() !== undefined && first.find()?.isRunning === false);
  const CallbackId = callback()?.CallbackDetails?.CallbackId;
  await first.stop();

  const other = await emulatorOf("g");
  await other.client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: "yes" }));
  await setImmediate();
  expect(other.find()?.recorded.summary.status).toBe("RUNNING");
  await other.stop();

  const again = await emulatorOf("f");
  await again.until(() => again.find()?.recorded.isClosed === true);
  expect(again.find()?.recorded.end).toEqual({ status: "SUCCEEDED", result: '"yes"' });
  await again.stop();
});

test("refuses a file that it did not write, and leaves it as it is", async () => {
  writeFileSync(file, "not a database, but a long text ".repeat(100));
  const before = readFileSync(file);
  await expect(SqliteStore.open(file)).rejects.toThrow("was not written by this emulator");
  expect(readFileSync(file)).toEqual(before);
});

test("refuses another program's database, and one of another format", async () => {
  const other = new DatabaseSync(file);
  other.exec("CREATE TABLE note (text TEXT)");
  other.close();
  await expect(SqliteStore.open(file)).rejects.toThrow("was not written by this emulator");
  const newer = join(folder, "newer.sqlite");
  (await SqliteStore.open(newer)).close();
  const database = new DatabaseSync(newer);
  database.exec("PRAGMA user_version = 9");
  database.close();
  await expect(SqliteStore.open(newer)).rejects.toThrow("has format 9");
});

test.each(["a folder", "a file in a folder that does not exist"])("refuses %s", async (what) => {
  const place = what === "a folder" ? folder : join(folder, "none", "data.sqlite");
  await expect(SqliteStore.open(place)).rejects.toThrow(
    `The data file ${JSON.stringify(place)} cannot be opened or created; pass the name of a file in a folder that exists`,
  );
});

test("refuses a file that another emulator uses", async () => {
  const store = await SqliteStore.open(file);
  await expect(SqliteStore.open(file)).rejects.toThrow("is used by another emulator");
  store.close();
  (await SqliteStore.open(file)).close();
});
