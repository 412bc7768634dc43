import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { FakeContext } from "../fake-context/fake-context.ts";
import { flaky } from "../flaky.ts";
import { checkLinearizable } from "../linearizability/check-linearizable.ts";
import { simulate } from "./simulate.ts";

const echo = withDurableExecution(async (event) => event);

/** As a caller without types would pass it. */
const untyped = (value: unknown) => value as never;

test.for<[message: string, options: unknown]>([
  ["options is null; pass an object such as { payload: … }.", null],
  ['options has the unknown key "payloads"; known are payload, functions, callbacks,', { payloads: 1 }],
  ['options.executionName is "a b"; pass 1 to 64 of a–z, A–Z, 0–9, - and _.', { executionName: "a b" }],
  ["pass 1 to 64", { executionName: "x".repeat(65) }],
  ['options.functionName is ""; pass 1 to 64', { functionName: "" }],
  ["pass the ARN of a durable execution", { arn: "arn:aws:s3:::bucket" }],
  ["options.pageSize is 0; pass a whole number from 1 to 1000.", { pageSize: 0 }],
  ["options.timeoutMs is NaN; pass", { timeoutMs: NaN }],
  ["options.maxInvocations is 1.5; pass a whole number from 1.", { maxInvocations: 1.5 }],
  ['options.replay is true; pass "suspended" or "always".', { replay: true }],
  [
    'options.callbacks is {"approval":"yes"}; pass an object of functions by name',
    { callbacks: { approval: "yes" } },
  ],
  ['options.functions is {"pay":1}; pass an object of functions by name.', { functions: { pay: 1 } }],
  [
    "options.payload.ids[1] is 2n, which JSON cannot carry; pass a string or a safe integer.",
    { payload: { ids: [1, 2n] } },
  ],
])("refuses: %s", async ([message, options]) => {
  const run = simulate(echo, untyped(options));

  await expect(run).rejects.toThrow(TypeError);
  await expect(run).rejects.toThrow(message);
});

test("undefined means the default", async () => {
  expect(await simulate(echo, untyped({ executionName: undefined, payload: undefined }))).toMatchObject({
    result: {},
  });
});

test.for<[what: string, handler: unknown, message: string]>([
  ["no function", {}, "handler is {}; pass the function that withDurableExecution(…) returned."],
  [
    "an unwrapped handler",
    async () => 1,
    "handler returned 1 when it was invoked as a durable function; pass",
  ],
  ["an unwrapped handler without a promise", () => undefined, "handler returned undefined when"],
  [
    "an unwrapped handler that uses its context",
    async (_event: unknown, context: { step(): unknown }) => context.step(),
    "handler threw TypeError: context.step is not a function",
  ],
  ["a handler wrapped twice", withDurableExecution(untyped(echo)), "handler failed with Unexpected payload"],
  [
    "a handler whose event was changed on the way",
    async (event: object, context: never) => echo(untyped({ detail: event }), context),
    "handler threw Error: Unexpected payload",
  ],
])("refuses %s", async ([, handler, message]) => {
  const run = simulate(untyped(handler));

  await expect(run).rejects.toThrow(TypeError);
  await expect(run).rejects.toThrow(message);
});

test("every option may be undefined, for the type check too", async () => {
  const options = { callbacks: undefined, functions: undefined, now: undefined, logger: undefined };
  const fake = new FakeContext({ ...options, arn: undefined, lambdaContext: undefined });
  expect(await fake.step(flaky(async () => 1, { failures: 0, error: undefined }))).toBe(1);
  const operation = {
    key: undefined,
    process: undefined,
    start: 0,
    end: undefined,
    outcome: undefined,
    input: 1,
  };
  const model = {
    initial: 0,
    apply: (state: number, input: number) => ({ state: state + input, output: 0 }),
  };
  expect(checkLinearizable([operation], model, { budget: undefined })).toMatchObject({ linearizable: true });
});
