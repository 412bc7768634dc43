import { InvokeError, withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { FakeContext } from "./fake-context.ts";

test("calls the registered function, with input and output as JSON", async () => {
  const inputs: unknown[] = [];
  const context = new FakeContext({
    functions: {
      "arn:aws:lambda:us-east-1:123456789012:function:pay:1": async (input: { amount: number }) => {
        inputs.push(input);
        return { paid: input.amount, at: new Date(0) };
      },
    },
  });
  const arn = "arn:aws:lambda:us-east-1:123456789012:function:pay:1";
  await expect(context.invoke("payment", arn, { amount: 3, gone: undefined })).resolves.toEqual({
    paid: 3,
    at: "1970-01-01T00:00:00.000Z",
  });
  expect(inputs).toEqual([{ amount: 3 }]);
  expect(context.operations).toMatchObject([
    { id: "1", name: "payment", type: "CHAINED_INVOKE", subType: "ChainedInvoke", status: "SUCCEEDED" },
  ]);
});

test("uses the serdes of the call", async () => {
  const context = new FakeContext({ functions: { double: async (n: number) => n * 2 } });
  const result = await context.invoke<string, string>("double", "double", "21", {
    payloadSerdes: { serialize: async (text) => text, deserialize: async (text) => text },
    resultSerdes: { serialize: async (text) => text, deserialize: async (text) => `= ${text}` },
  });
  expect(result).toBe("= 42");
});

test("fails with an InvokeError that keeps the message, as in the SDK", async () => {
  const context = new FakeContext({
    functions: {
      pay: () => {
        throw new RangeError("no cover");
      },
    },
  });
  const failed = context.invoke("pay");
  await expect(failed).rejects.toBeInstanceOf(InvokeError);
  await expect(failed).rejects.toMatchObject({
    message: "no cover",
    cause: { name: "Error", message: "no cover" },
  });
  expect(context.operations).toMatchObject([
    { status: "FAILED", error: { type: "RangeError", message: "no cover" } },
  ]);
});

test("runs invoked functions concurrently", async () => {
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const context = new FakeContext({ functions: { waits: async () => gate, opens: async () => open() } });
  await Promise.all([context.invoke("waits"), context.invoke("opens")]);
  expect(context.operations).toMatchObject([{ status: "SUCCEEDED" }, { status: "SUCCEEDED" }]);
});

test("ends the execution if no such function is registered", async () => {
  const context = new FakeContext({ functions: { pay: async () => 1 } });
  await expect(context.invoke("payment", "pya")).rejects.toThrow(
    'ChainedInvoke "payment" (1) calls the function "pya", which is not registered; register it: ' +
      'new FakeContext({ functions: { "pya": async (input) => … } }). Registered are: "pay".',
  );
  await expect(new FakeContext().invoke("toString")).rejects.toThrow("Registered are: none.");
});

test("ends the execution if the payload is no JSON, as Lambda refuses it", async () => {
  const context = new FakeContext({ functions: { pay: async () => 1 } });
  const payloadSerdes = { serialize: async () => "<xml>", deserialize: async () => 1 };
  await expect(context.invoke("pay", 1, { payloadSerdes })).rejects.toThrow(
    "ChainedInvoke (1) sends a payload that is no JSON: <xml>; let its payloadSerdes write JSON.",
  );
});

test("passes an empty event and a Lambda context, as Lambda does", async () => {
  const calls: unknown[] = [];
  const context = new FakeContext({
    functions: {
      audit: (event, lambda) =>
        void calls.push({ event, name: lambda.functionName, remaining: lambda.getRemainingTimeInMillis() }),
    },
  });
  await context.invoke("audit", undefined);
  expect(calls).toEqual([{ event: {}, name: "audit", remaining: 900_000 }]);
});

test("ends the execution with the remedy if the function is a durable one", async () => {
  const audit = withDurableExecution(async () => "done");
  const context = new FakeContext({ functions: { audit } });
  const caught = await context.invoke("audit", { id: 1 }).catch((error: unknown) => error);
  expect(caught).toBeInstanceOf(TypeError);
  expect(String(caught)).toContain(
    'calls "audit", which is a durable function; FakeContext calls plain functions. Pass its logic',
  );
  await expect(context.step(async () => 1)).rejects.toBe(caught);
});
