import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { FakeContext } from "../fake-context/fake-context.ts";
import type { CallbackAnswer } from "../service/callback-answer.ts";
import { simulate } from "./simulate.ts";

describe("an answer fails its callback with the fields of the API", () => {
  const declined: CallbackAnswer = (_id, { fail }) =>
    fail({
      ErrorType: "Declined",
      ErrorMessage: "too expensive",
      ErrorData: '{"limit":5}',
      StackTrace: ["at approve"],
    });
  const logic = async (_event: unknown, context: DurableContext) => {
    const [approval] = await context.createCallback("approval");
    return approval.catch((error: unknown) => {
      const { name, message, errorData, cause } = error as Error & { errorData?: string; cause: Error };
      return { name, message, errorData, cause: [cause.name, cause.message, cause.stack] };
    });
  };
  const expected = {
    name: "CallbackExternalError",
    message: "too expensive",
    errorData: '{"limit":5}',
    cause: ["Declined", "too expensive", "at approve"],
  };

  test("in simulate", async () => {
    const simulation = await simulate(withDurableExecution(logic), { callbacks: { approval: declined } });
    expect(simulation.result).toEqual(expected);
    expect(simulation.operations).toMatchObject([
      { status: "FAILED", error: { type: "Declined", message: "too expensive" } },
    ]);
  });

  test("in FakeContext", async () => {
    expect(await logic({}, new FakeContext({ callbacks: { approval: declined } }))).toEqual(expected);
  });
});

describe("a callback that is answered as soon as it is created", () => {
  const options = { answerCallbacks: "created", callbacks: { approval: () => "yes" } } as const;

  test("has its answer before the submitter ends", async () => {
    let order: string[] = [];
    const handler = withDurableExecution(async (_event, context) =>
      context.waitForCallback("approval", async () => void order.push("submitted")),
    );
    const callbacks = { approval: () => void order.push("answered") };
    await simulate(handler, { callbacks });
    expect(order).toEqual(["submitted", "answered"]);
    order = [];
    await simulate(handler, { callbacks, answerCallbacks: "created" });
    expect(order).toEqual(["answered", "submitted"]);
  });

  test("has its answer while the submitter waits for another attempt", async () => {
    const handler = withDurableExecution(async (_event, context) =>
      context.waitForCallback(
        "approval",
        async () => {
          throw new Error("the request arrived, and its reply was lost");
        },
        { retryStrategy: (_, attempt) => ({ shouldRetry: attempt < 2, delay: { hours: 1 } }) },
      ),
    );
    const { operations } = await simulate(handler, options);
    expect(operations).toMatchObject([{}, { type: "CALLBACK", status: "SUCCEEDED" }, { attempts: 2 }]);
  });
});

test("a callback is answered during the retry delay of another operation", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const [approval] = await context.createCallback("approval");
    const retried = context.step(
      "retried",
      async ({ attempt }) => {
        if (attempt === 1) throw new Error("not yet");
        return attempt;
      },
      { retryStrategy: () => ({ shouldRetry: true, delay: { hours: 1 } }) },
    );
    return [await Promise.race([approval, retried]), await retried];
  });
  const callbacks: Record<string, CallbackAnswer> = {
    approval: async (_id, { sleep }) => {
      await sleep({ minutes: 1 });
      return "yes";
    },
  };
  expect((await simulate(handler, { callbacks })).result).toEqual(["yes", 2]);
});

test("the remedy for a callback without a name is to name it, the same in every run", async () => {
  const handler = withDurableExecution(async (_event, context) => {
    const [answer] = await context.createCallback();
    return answer;
  });
  const stop = () => simulate(handler).catch((error: unknown) => String(error));
  expect(await stop()).toBe(
    "SimulationStoppedError: The execution is suspended, and nothing is left to resume it. It waits for:\n" +
      "  - Callback (1), which has no answer\n" +
      'Name the callback, as createCallback("name"), and answer it with options.callbacks, as ' +
      '{ "name": () => "result" }, or give it a timeout. Declared are: none.',
  );
  expect(await stop()).toBe(await stop());
});
