import {
  BatchCompletionError,
  BatchItemStatus,
  ChildContextError,
  completeBatch,
  CompletionOutcome,
  continueBatch,
  NestingType,
  withDurableExecution,
  type DurableContext,
} from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { simulate } from "../simulator/simulate.ts";
import { FakeContext } from "./fake-context.ts";

const fail = async (): Promise<never> => {
  throw new TypeError("broken");
};

test("map runs its body for each item, with index and array", async () => {
  const context = new FakeContext();
  const items = ["a", "b"];
  const batch = await context.map("letters", items, async (child, item, index, all) =>
    child.step(async () => `${item}${index}${all === items}`),
  );
  expect(batch.getResults()).toEqual(["a0true", "b1true"]);
  expect(batch).toMatchObject({ status: "SUCCEEDED", completionReason: "ALL_COMPLETED", totalCount: 2 });
  expect(context.operations.map(({ id, name, subType }) => [id, name, subType])).toEqual([
    ["1", "letters", "Map"],
    ["1-1", "map-item-0", "MapIteration"],
    ["1-2", "map-item-1", "MapIteration"],
    ["1-1-1", undefined, "Step"],
    ["1-2-1", undefined, "Step"],
  ]);
});

test("items and branches have the names they are given", async () => {
  const context = new FakeContext();
  await context.map([7], async () => 1, { itemNamer: (item, index) => `item ${item} at ${index}` });
  await context.parallel("both", [{ name: "named", func: async () => 1 }, async () => 2]);
  expect(context.operations.map(({ name }) => name)).toEqual([
    undefined,
    "item 7 at 0",
    "both",
    "named",
    "parallel-branch-1",
  ]);
});

test("runs at most maxConcurrency items at once", async () => {
  const context = new FakeContext();
  let running = 0;
  let most = 0;
  await context.map(
    [1, 2, 3, 4, 5],
    async (child) => {
      most = Math.max(most, ++running);
      await child.wait({ seconds: 1 });
      running--;
    },
    { maxConcurrency: 2 },
  );
  expect(most).toBe(2);
  expect(context.now).toEqual(new Date(3_000));
});

test("does not record the items of a flat batch", async () => {
  const context = new FakeContext();
  await context.map([1, 2], async (child) => child.step(async () => 1), { nesting: NestingType.FLAT });
  expect(context.operations.map(({ id, subType }) => [id, subType])).toEqual([
    ["1", "Map"],
    ["1-1-1", "Step"],
    ["1-2-1", "Step"],
  ]);
});

test("keeps the causes of item errors, unlike those of other errors", async () => {
  const context = new FakeContext();
  const batch = await context.map([1], async (child) =>
    child.step(fail, { retryStrategy: () => ({ shouldRetry: false }) }),
  );
  const [error] = batch.getErrors();
  expect(error).toBeInstanceOf(ChildContextError);
  expect(error).toMatchObject({
    name: "ChildContextError",
    message: "broken",
    cause: { name: "StepError", cause: { name: "StepError", message: "broken" } },
  });
  expect(() => batch.throwIfError()).toThrow(error);
});

describe("a batch ends early", () => {
  test("at the first failure by default", async () => {
    const context = new FakeContext();
    const batch = await context.parallel([fail, async (child) => child.wait({ hours: 1 })]);
    expect(batch).toMatchObject({
      status: "FAILED",
      hasFailure: true,
      completionReason: "FAILURE_TOLERANCE_EXCEEDED",
      failureCount: 1,
      startedCount: 1,
    });
    expect(batch.started()).toEqual([{ index: 1, status: "STARTED" }]);
  });

  test("when enough items succeeded", async () => {
    const batch = await new FakeContext().map([3, 1, 2], async (child, hours) => child.wait({ hours }), {
      completionConfig: { minSuccessful: 2 },
    });
    expect(batch.completionReason).toBe("MIN_SUCCESSFUL_REACHED");
    expect(batch.all.map(({ status }) => status)).toEqual(["STARTED", "SUCCEEDED", "SUCCEEDED"]);
  });

  test("when too large a percentage failed", async () => {
    const batch = await new FakeContext().map([1, 2, 3, 4], fail, {
      maxConcurrency: 1,
      completionConfig: { toleratedFailurePercentage: 25 },
    });
    expect(batch).toMatchObject({ completionReason: "FAILURE_TOLERANCE_EXCEEDED", totalCount: 2 });
  });

  test("when the handler's predicate ends it, with the outcome of the predicate", async () => {
    const run = (outcome?: CompletionOutcome) =>
      new FakeContext().map([1, 2, 3], async (child, item) => child.step(async () => item), {
        maxConcurrency: 1,
        itemNamer: (item) => `item ${item}`,
        completionConfig: {
          shouldComplete: ({ items }) =>
            items.some(({ name, status }) => name === "item 2" && status === BatchItemStatus.SUCCEEDED)
              ? completeBatch(outcome)
              : continueBatch(),
        },
      });
    await expect(run()).resolves.toMatchObject({
      status: "SUCCEEDED",
      completionReason: "CUSTOM_COMPLETION_SUCCEEDED",
      totalCount: 2,
    });
    const failed = await run(CompletionOutcome.FAILED);
    expect(failed.completionReason).toBe("CUSTOM_COMPLETION_FAILED");
    expect(() => failed.throwIfError()).toThrow(BatchCompletionError);
  });

  test("before it starts, if the predicate is satisfied", async () => {
    const batch = await new FakeContext().map([1], fail, {
      completionConfig: { shouldComplete: () => completeBatch() },
    });
    expect(batch.all).toEqual([]);
  });

  test("after branches that had nothing to checkpoint", async () => {
    const failing = async (child: DurableContext) =>
      child.step(fail, { retryStrategy: () => ({ shouldRetry: false }) });
    const batch = await new FakeContext().parallel<unknown>([async () => 1, failing, async () => 3], {
      maxConcurrency: 2,
    });
    expect(batch.all.map(({ status }) => status)).toEqual(["SUCCEEDED", "FAILED", "SUCCEEDED"]);
  });

  test("as under the real SDK, without recording running operations", async () => {
    const handler = async (_: unknown, context: DurableContext) => {
      const batch = await context.map(
        "race",
        [1, 2, 3],
        async (child, hours) => {
          await child.wait("nap", { hours });
          return child.step("work", async () => hours);
        },
        { completionConfig: { minSuccessful: 1 } },
      );
      await context.wait("rest", { minutes: 90 });
      return { reason: batch.completionReason, all: batch.all };
    };
    const context = new FakeContext({ now: new Date(Date.UTC(2026, 0, 1)) }); // as a simulation
    const result = await handler({}, context);
    // What is left behind goes on with time.
    const { operations } = context;
    const simulation = await simulate(withDurableExecution(handler));
    expect(JSON.parse(JSON.stringify(result))).toEqual(simulation.result);
    const byId = (all: typeof operations) => new Map(all.map((each) => [each.id, each]));
    expect(byId(operations)).toEqual(byId(simulation.operations));
  });
});

test("a predicate that throws fails the batch", async () => {
  const shouldComplete = (): never => {
    throw new Error("undecided");
  };
  const batch = new FakeContext().map([1], async () => 1, { completionConfig: { shouldComplete } });
  await expect(batch).rejects.toMatchObject({ name: "ChildContextError", message: "undecided" });
});

test("an empty batch is complete", async () => {
  const batch = await new FakeContext().parallel([]);
  expect(batch).toMatchObject({ all: [], status: "SUCCEEDED", completionReason: "ALL_COMPLETED" });
});

test("a serdes that writes a batch as JSON returns it with its methods and errors", async () => {
  const serdes = {
    serialize: async (batch: unknown) => JSON.stringify(batch),
    deserialize: async (text: string | undefined) => JSON.parse(text ?? "null"),
  };
  const batch = await new FakeContext().map([1], async () => 1, { serdes });
  expect(batch.getResults()).toEqual([1]);
});

test.each([
  [
    { maxConcurrency: 0 },
    "Invalid maxConcurrency: 0. Must be a positive number or undefined for unlimited concurrency.",
  ],
  [
    { completionConfig: { minSuccessful: 1, shouldComplete: () => continueBatch() } as never },
    "completionConfig.shouldComplete is mutually exclusive with minSuccessful, toleratedFailureCount, and " +
      "toleratedFailurePercentage",
  ],
])("an invalid configuration ends the execution", async (config, message) => {
  const context = new FakeContext();
  await expect(context.map([1], async () => 1, config)).rejects.toThrow(new Error(message));
  expect(context.operations).toEqual([]);
});

test("refuses an invalid item, body or branch as the SDK does", async () => {
  const context = new FakeContext();
  await expect(context.map("m", 1 as never, async () => 1)).rejects.toThrow(
    "Map operation requires an array of items",
  );
  await expect(context.map("m", [1], 1 as never)).rejects.toThrow(
    "Map operation requires a function to process items",
  );
  await expect(context.parallel("p", 1 as never)).rejects.toThrow(
    "Parallel operation requires an array of branch functions",
  );
  await expect(context.parallel([1 as never])).rejects.toThrow(
    "All branches must be functions or NamedParallelBranch objects",
  );
});
