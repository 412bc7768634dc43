import { Script } from "node:vm";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import type { ExecutionDetails } from "../executions/execution-details.ts";
import type { ExecutionSummary } from "../executions/journal.ts";
import { inProcessLambda, ManualClock } from "../in-process.fixture.ts";

const ORIGIN = "http://127.0.0.1:3000";
const f = async (event: unknown, context: DurableContext) => {
  await context.step("first", async () => event);
  await context.wait("a day", { hours: 24 });
  return context.step("last", async () => "done");
};

async function suspended() {
  const emulator = inProcessLambda({ durable: { f } }, { clock: new ManualClock() });
  const { client, lambda, until } = emulator;
  const { DurableExecutionArn: arn = "" } = await client.send(
    new InvokeCommand({ FunctionName: "f:1", InvocationType: "Event", Payload: '"<b>"' }),
  );
  const execution = lambda.executions.find(arn);
  await until(() => execution.recorded.invocations === 1);
  const send = (method: string, path: string, headers: Record<string, string> = {}) =>
    lambda.app.fetch(new Request(`${ORIGIN}/emulator${path}`, { method, headers }));
  return { ...emulator, execution, send, path: `/executions/${encodeURIComponent(arn)}` };
}

test("serves a page that may run its own script only", async () => {
  const { lambda } = inProcessLambda({});
  for (const [path, type] of [
    ["/", "text/html"],
    ["/console.js", "text/javascript"],
    ["/console.css", "text/css"],
  ]) {
    const response = await lambda.app.fetch(new Request(ORIGIN + path));
    const content = await response.text();
    expect(response.headers.get("content-type")).toContain(type);
    if (type === "text/javascript") expect(() => new Script(content)).not.toThrow();
    expect(response.headers.get("content-security-policy")).toContain(
      "default-src 'none'; script-src 'self'",
    );
  }
});

test("shows an execution, and skips its wait", async () => {
  const { send, path, execution, until } = await suspended();
  expect(await (await send("GET", "/functions")).json()).toEqual(["f"]);
  const list = (await (await send("GET", "/executions")).json()) as ExecutionSummary[];
  expect(list).toMatchObject([{ functionName: "f", status: "RUNNING" }]);
  const details = (await (await send("GET", path)).json()) as ExecutionDetails;
  expect(details).toMatchObject({
    payload: '"<b>"',
    invocations: 1,
    isRunning: false,
    operations: [
      { name: "first", type: "Step", status: "SUCCEEDED", attempts: 1, result: '"<b>"', canSkip: false },
      { name: "a day", type: "Wait", status: "STARTED", canSkip: true },
    ],
  });
  const [first, wait] = details.operations;
  expect((await send("POST", `${path}/skip/${first?.id}`)).status).toBe(400);
  expect((await send("POST", `${path}/skip/${wait?.id}`)).status).toBe(200);
  await until(() => execution.recorded.isClosed);
  expect(execution.recorded.end).toEqual({ status: "SUCCEEDED", result: '"done"' });
});

test("draws the timeline of an execution, which may call nothing", async () => {
  const { send, path } = await suspended();
  const response = await send("GET", `${path}/timeline`);
  expect(response.headers.get("content-security-policy")).toContain("sandbox allow-scripts");
  const page = await response.text();
  expect(page).toContain("a day");
  expect(page).not.toContain("<b>&quot;");
  expect(page).toContain("&lt;b&gt;");
});

test("tells of every change while somebody listens", async () => {
  const { send, path, execution } = await suspended();
  const listening = await send("GET", "/changes");
  const reader = listening.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader?.read())?.value ?? "";
  expect(await next()).toContain("event: open");
  const operations = Array.from(execution.recorded.state.operations);
  await send("POST", `${path}/skip/${operations[1]?.Id}`);
  let told = "";
  while (!told.includes('"status":"SUCCEEDED"')) told += await next();
  expect(told).toContain('"isRunning":true');
  await reader?.cancel();
});

test("kills no process where none works, and obeys no other site", async () => {
  const { send, path } = await suspended();
  const refused = await send("POST", `${path}/kill`);
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    message: "No process works on this execution now: it waits, or has ended.",
  });
  const foreign = await send("POST", `${path}/kill`, { origin: "http://attacker.example" });
  expect(foreign.status).toBe(403);
});

test("the timeline has lanes for the durable functions that an execution has invoked", async () => {
  const caller = async (_: unknown, context: DurableContext) => {
    await context.invoke("no such name", "?", {}).catch(() => undefined);
    await context.invoke("plain", "plain", {});
    return context.invoke("durable", "callee:$LATEST", {});
  };
  const callee = async (_: unknown, context: DurableContext) => context.step("inside", async () => 1);
  const { client, lambda } = inProcessLambda({
    durable: { caller, callee },
    plain: { plain: async () => 1 },
  });
  const { DurableExecutionArn: arn = "" } = await client.send(
    new InvokeCommand({ FunctionName: "caller:$LATEST" }),
  );
  const path = `/emulator/executions/${encodeURIComponent(arn)}/timeline`;
  const page = await (await lambda.app.fetch(new Request(ORIGIN + path))).text();
  expect(page).toContain("callee: handler");
  expect(page).toContain("step &quot;inside&quot;");
  expect(page).not.toContain("plain: handler");
});
