import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { inProcessLambda } from "../in-process.fixture.ts";

const API = "http://127.0.0.1:3000/2025-12-01";
const STEP = { Id: "a", Type: "STEP", Action: "START" };

/** Sends a request for each path in turn, while a process works on the execution. Its token is valid all the time. */
async function answers(requests: (execution: string, token: string) => readonly [string, unknown?][]) {
  const found: { status: number; type: string | null; message: string }[] = [];
  const emulator = inProcessLambda({
    plain: {
      f: async (event: never) => {
        const { DurableExecutionArn, CheckpointToken = "" } = event as Record<string, string>;
        const execution = `/durable-executions/${encodeURIComponent(DurableExecutionArn ?? "")}`;
        for (const [path, body] of requests(execution, CheckpointToken)) {
          const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
          const response = await emulator.lambda.app.fetch(new Request(API + path, request));
          const type = response.headers.get("x-amzn-errortype");
          const { message = "" } = (await response.json()) as { message?: string };
          found.push({ status: response.status, type, message });
        }
        return { Status: "SUCCEEDED", Result: "1" };
      },
    },
  });
  await emulator.client.send(new InvokeCommand({ FunctionName: "f:1", DurableExecutionName: "e" }));
  expect(emulator.errors).toEqual([]);
  expect(Array.from(emulator.lambda.executions.list(), ({ status }) => status)).toEqual(["SUCCEEDED"]);
  return found;
}

test("a checkpoint whose updates have other types than in the API changes nothing, and its token stays valid", async () => {
  const malformed = [
    [5, "Updates is no list"],
    ["STEP", "Updates is no list"],
    [[null], "Updates[0] is no structure"],
    [[STEP, []], "Updates[1] is no structure"],
    [[{ ...STEP, Id: 5 }], "Updates[0].Id is no string"],
    [[{ ...STEP, Id: null }], "'Updates[0].Id' failed to satisfy constraint: Member must not be null"],
    [[{ ...STEP, Payload: {} }], "Updates[0].Payload is no string"],
    [[{ ...STEP, WaitOptions: "1 s" }], "Updates[0].WaitOptions is no structure"],
    [[{ ...STEP, Type: "LEAP" }], "Unknown operation type"],
    [[{ ...STEP, Action: "JUMP" }], "Invalid action"],
  ] as const;
  const found = await answers((execution, CheckpointToken) => [
    ...malformed.map(
      ([Updates]) => [`${execution}/checkpoint`, { CheckpointToken, Updates }] as [string, unknown],
    ),
    [`${execution}/checkpoint`, { CheckpointToken, Updates: [{ ...STEP, ParentId: null }] }],
  ]);
  expect(found.map(({ status }) => status)).toEqual([...malformed.map(() => 400), 200]);
  for (const [index, [, message]] of malformed.entries()) expect(found[index]?.message).toContain(message);
});

test("a page that no answer has named is refused", async () => {
  const found = await answers((execution, token) => {
    const state = `${execution}/state?CheckpointToken=${encodeURIComponent(token)}`;
    return [
      [`${state}&Marker=abc`],
      [`${state}&Marker=-1`],
      [`${state}&MaxItems=-1`],
      [`${state}&MaxItems=abc`],
      [`${execution}/history?MaxItems=1001`],
      [`${execution}/state`],
      [state],
    ];
  });
  expect(found.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 200]);
  expect(found[3]?.message).toContain("Value 'abc' at 'maxItems'");
  expect(found[5]?.message).toContain("Invalid checkpoint token");
});

test("the executions of an unknown function are refused as an unknown function", async () => {
  const [found, none] = await answers(() => [
    ["/functions/unknown/durable-executions"],
    ["/functions/f/durable-executions?DurableExecutionName=other"],
  ]);
  expect(found).toMatchObject({ status: 404, type: "ResourceNotFoundException" });
  expect(none).toMatchObject({ status: 200 });
});

test("an error of more than 256 KB fails no callback", async () => {
  const f = async (_: unknown, context: DurableContext) => (await context.createCallback("approval"))[0];
  const { client, lambda, until } = inProcessLambda({ durable: { f } });
  const { DurableExecutionArn = "" } = await client.send(
    new InvokeCommand({ FunctionName: "f:1", InvocationType: "Event" }),
  );
  const { recorded } = lambda.executions.find(DurableExecutionArn);
  await until(() => recorded.invocations === 1);
  const [operation] = recorded.state.operations;
  const path = `${API}/durable-execution-callbacks/${operation?.CallbackDetails?.CallbackId}/fail`;
  const body = JSON.stringify({ ErrorMessage: "x".repeat(262_144) });
  const response = await lambda.app.fetch(new Request(path, { method: "POST", body }));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ message: expect.stringContaining("CALLBACK error payload") });
  expect(recorded.isClosed).toBe(false);
});
