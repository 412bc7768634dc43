import {
  CallbackExternalError,
  CallbackSubmitterError,
  CallbackTimeoutError,
} from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { FakeContext } from "./fake-context.ts";

const submit = async (): Promise<void> => {};
const revive = { deserialize: async (text: string | undefined) => JSON.parse(text ?? "null") as unknown };

async function open(context: FakeContext, name: string): Promise<string> {
  const [, id] = await context.createCallback(name);
  return id;
}

describe("a callback that the test completes", () => {
  test("is found by the name of its operation, once it is open", async () => {
    const context = new FakeContext();
    const run = context.waitForCallback("approval", submit);
    const id = await context.callbackOpened("approval");
    expect(id).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
    context.completeCallback("approval", "yes");
    await expect(run).resolves.toBe("yes");
    expect(context.operations).toMatchObject([
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

  test("is found by its id, even while the submitter runs", async () => {
    const context = new FakeContext();
    const run = context.waitForCallback("approval", async (id) => context.completeCallback(id, "at once"));
    await expect(run).resolves.toBe("at once");
  });

  test("can be completed before the handler awaits it", async () => {
    const context = new FakeContext();
    const [promise, id] = await context.createCallback("approval");
    context.completeCallback(id, "early");
    await context.wait({ seconds: 1 });
    await expect(promise).resolves.toBe("early");
  });

  test("passes on plain text, or what the handler's deserializer reads", async () => {
    const context = new FakeContext({
      callbacks: { plain: () => "[1]", own: () => "[1]", configured: () => "[1]" },
    });
    await expect(context.waitForCallback("plain", submit)).resolves.toBe("[1]");
    await expect(context.waitForCallback("own", submit, { serdes: revive })).resolves.toEqual([1]);
    context.configureSerdes({ defaultCallbackDeserializer: revive });
    await expect(context.waitForCallback("configured", submit)).resolves.toEqual([1]);
  });

  test("fails with the given error", async () => {
    const context = new FakeContext();
    const [promise] = await context.createCallback("approval");
    context.failCallback("approval", { ErrorType: "Denied", ErrorMessage: "no", ErrorData: "why" });
    await expect(promise).rejects.toBeInstanceOf(CallbackExternalError);
    await expect(promise).rejects.toMatchObject({
      message: "no",
      errorData: "why",
      cause: { name: "Denied" },
    });
    expect(context.operations).toMatchObject([
      { status: "FAILED", error: { type: "Denied", message: "no" } },
    ]);
  });

  test("fails without an error", async () => {
    const context = new FakeContext();
    const run = context.waitForCallback("approval", submit);
    await context.callbackOpened("approval");
    context.failCallback("approval");
    await expect(run).rejects.toMatchObject({ name: "CallbackExternalError", message: "Callback failed" });
  });
});

describe("a callback with a declared answer", () => {
  test("is answered when its submitter has ended", async () => {
    const log: string[] = [];
    const context = new FakeContext({
      callbacks: {
        approval: (id) => {
          log.push(`answers ${id}`);
          return "yes";
        },
      },
    });
    await context.waitForCallback("approval", async (id) => void log.push(`submits ${id}`));
    expect(log).toEqual(["submits callback/1/1", "answers callback/1/1"]);
  });

  test("is answered for each item of a map, and by id if it has no name", async () => {
    const context = new FakeContext({ callbacks: { review: (id) => id, "callback/2": () => "anonymous" } });
    const reviews = await context.map([1, 2], async (child) => child.waitForCallback("review", submit));
    expect(reviews.getResults()).toEqual(["callback/1/1/1/1", "callback/1/2/1/1"]);
    const [promise] = await context.createCallback();
    await expect(promise).resolves.toBe("anonymous");
  });

  test("fails with the error of the answer", async () => {
    const context = new FakeContext({
      callbacks: {
        approval: () => {
          throw new RangeError("denied");
        },
      },
    });
    await expect(context.waitForCallback("approval", submit)).rejects.toMatchObject({
      name: "CallbackExternalError",
      message: "denied",
    });
  });

  test("does not time out while its answer does real work", async () => {
    const context = new FakeContext({
      callbacks: {
        approval: async () => {
          for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
          return "done";
        },
      },
    });
    await expect(context.waitForCallback("approval", submit, { timeout: { seconds: 1 } })).resolves.toBe(
      "done",
    );
  });

  test("ends the execution if the answer is no text", async () => {
    const context = new FakeContext({ callbacks: { approval: () => ({ ok: true }) as never } });
    await expect(context.waitForCallback("approval", submit)).rejects.toThrow(
      '"approval" (callback/1/1) is answered with a value of type object; the service carries text',
    );
  });
});

describe("time", () => {
  test("times a callback out that has no answer", async () => {
    const context = new FakeContext();
    const run = context.waitForCallback("approval", submit, { timeout: { hours: 2 } });
    await expect(run).rejects.toBeInstanceOf(CallbackTimeoutError);
    await expect(run).rejects.toMatchObject({ message: "Callback timed out" });
    expect(context.now).toEqual(new Date(7_200_000));
    expect(context.operations).toMatchObject([{ status: "FAILED" }, { status: "TIMED_OUT" }, {}]);
  });

  test("the type of a timeout is the name of the cause, as on the service", async () => {
    const context = new FakeContext();
    const [approval] = await context.createCallback("approval", { timeout: { hours: 1 } });
    await expect(approval).rejects.toMatchObject({ cause: { name: "Callback.Timeout" } });
    const [job] = await context.createCallback("job", { heartbeatTimeout: { minutes: 1 } });
    await expect(job).rejects.toMatchObject({ cause: { name: "Callback.Heartbeat" } });
    expect(context.operations).toMatchObject([
      { error: { type: "Callback.Timeout" } },
      { error: { type: "Callback.Heartbeat" } },
    ]);
  });

  test("does not time a callback out that gets heartbeats", async () => {
    const context = new FakeContext({
      callbacks: {
        job: async (_, controls) => {
          for (let beat = 0; beat < 5; beat++) {
            await controls.sleep({ seconds: 50 });
            controls.heartbeat();
          }
          return "finished";
        },
      },
    });
    const run = context.waitForCallback("job", submit, { heartbeatTimeout: { minutes: 1 } });
    await expect(run).resolves.toBe("finished");
    expect(context.now).toEqual(new Date(250_000));
  });

  test("times a callback out whose heartbeats stop, and ignores a late answer", async () => {
    const context = new FakeContext({
      callbacks: {
        job: async (_, controls) => {
          await controls.sleep({ minutes: 2 });
          controls.heartbeat();
          return "too late";
        },
      },
    });
    const run = context.waitForCallback("job", submit, { heartbeatTimeout: { minutes: 1 } });
    await expect(run).rejects.toMatchObject({ message: "Callback timed out on heartbeat" });
    await context.wait({ hours: 1 });
    expect(context.operations[1]).toMatchObject({ status: "TIMED_OUT" });
  });
});

test("a submitter that fails for good fails the wait", async () => {
  const context = new FakeContext();
  const run = context.waitForCallback(
    "approval",
    async () => {
      throw new TypeError("no mail server");
    },
    { retryStrategy: () => ({ shouldRetry: false }) },
  );
  await expect(run).rejects.toBeInstanceOf(CallbackSubmitterError);
  await expect(run).rejects.toMatchObject({
    message: "no mail server",
    cause: { name: "StepError", cause: { name: "StepError" } },
  });
});

test("waitForCallback requires a submitter", async () => {
  const context = new FakeContext();
  await expect(context.waitForCallback("approval", {})).rejects.toThrow(
    "waitForCallback requires a submitter function when name is provided",
  );
  expect(context.operations).toEqual([]);
});

describe("a mistake of the test", () => {
  test("an unknown name gets a list of the open callbacks and the remedy", async () => {
    const context = new FakeContext();
    await open(context, "approval");
    expect(() => context.completeCallback("aproval", "yes")).toThrow(
      'No callback "aproval" is open; open are: "approval" (callback/1). Where the handler opens it later, await ' +
        'context.callbackOpened("aproval") first, or declare the answer: ' +
        'new FakeContext({ callbacks: { "aproval": () => "…" } }).',
    );
    expect(() => new FakeContext().failCallback("x")).toThrow("open are: none");
  });

  test("an ambiguous name gets the request for an id", async () => {
    const context = new FakeContext();
    await open(context, "approval");
    await open(context, "approval");
    expect(() => context.completeCallback("approval")).toThrow(
      '2 callbacks named "approval" are open; pass the id of one: "approval" (callback/1), "approval" (callback/2).',
    );
  });

  test("a closed callback, a missing heartbeat timeout and a wrong value get an error", async () => {
    const context = new FakeContext();
    await open(context, "approval");
    expect(() => context.heartbeatCallback("approval")).toThrow("expects no heartbeat");
    expect(() => context.completeCallback("approval", 1 as never)).toThrow(
      "is answered with a value of type number",
    );
    context.completeCallback("approval");
    expect(() => context.completeCallback("approval")).toThrow(
      '"approval" (callback/1) is closed already: SUCCEEDED.',
    );
  });
});
