import { InvokeError, PromiseCombinatorError, StepSemantics } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { FakeContext } from "./fake-context.ts";

const once = { retryStrategy: () => ({ shouldRetry: false }) };
const fail = async (): Promise<never> => {
  throw new TypeError("broken");
};

test("a combinator opens a child context when it is awaited", async () => {
  const context = new FakeContext();
  const all = context.promise.all("all", [
    context.step("one", async () => 1),
    context.step("two", async () => 2),
  ]);
  await context.step("between", async () => 0);
  await expect(all).resolves.toEqual([1, 2]);
  expect(context.operations.map(({ id, name, subType }) => [id, name, subType])).toEqual([
    ["1", "one", "Step"],
    ["2", "two", "Step"],
    ["3", "between", "Step"],
    ["4", "all", "RunInChildContext"],
  ]);
});

test("any takes the first that succeeds, race the first that ends", async () => {
  const context = new FakeContext();
  const nap = (hours: number) => context.wait({ hours }).then(() => hours);
  const failLater = () => context.step(fail, once);
  await expect(context.promise.any([failLater(), context.step(async () => 2)])).resolves.toBe(2);
  await expect(
    context.promise.race("race", [context.wait({ hours: 9 }), context.wait({ hours: 1 })]),
  ).resolves.toBe(undefined);
  expect(context.now).toEqual(new Date(3_600_000));
  await expect(nap(1)).resolves.toBe(1);
});

test("a step that waits for the checkpoint of its start ends after one that does not, as in the SDK", async () => {
  const context = new FakeContext();
  const careful = context.step(async () => "careful", { semantics: StepSemantics.AtMostOncePerRetry });
  const plain = context.step(async () => "plain");
  await expect(context.promise.race([careful, plain])).resolves.toBe("plain");
});

test("allSettled keeps the name and the message of errors", async () => {
  const context = new FakeContext();
  const [good, bad] = await context.promise.allSettled<unknown>([
    context.step(async () => new Date(0)),
    context.step(fail, once),
  ]);
  expect(good).toEqual({ status: "fulfilled", value: "1970-01-01T00:00:00.000Z" });
  expect(bad).toMatchObject({ status: "rejected", reason: { name: "StepError", message: "broken" } });
  expect(bad?.status === "rejected" && bad.reason).toBeInstanceOf(Error);
});

test("a failure is a PromiseCombinatorError around the SDK's error", async () => {
  const context = new FakeContext();
  const failed = context.promise.all([context.step(fail, once)]);
  await expect(failed).rejects.toBeInstanceOf(PromiseCombinatorError);
  await expect(failed).rejects.toMatchObject({ message: "broken", cause: { name: "StepError" } });
  await expect(context.promise.any([context.step(fail, once)])).rejects.toMatchObject({
    name: "PromiseCombinatorError",
    message: "All promises were rejected",
  });
});

test("the error mapper of a child decides its error, and a virtual child is not recorded", async () => {
  const context = new FakeContext();
  const mapped = context.runInChildContext("virtual", fail, {
    virtualContext: true,
    errorMapper: (error) => new InvokeError("mapped", error, "data"),
  });
  await expect(mapped).rejects.toMatchObject({
    name: "InvokeError",
    errorData: "data",
    cause: { message: "broken" },
  });
  await expect(context.runInChildContext(fail)).rejects.toMatchObject({ name: "ChildContextError" });
  expect(context.operations).toMatchObject([{ id: "2", status: "FAILED" }]);
});
