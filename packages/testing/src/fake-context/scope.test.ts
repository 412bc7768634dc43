import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { FakeContext } from "./fake-context.ts";

const misuse = (operation: string, expected: string, got: string): string =>
  `Context usage error in "${operation}": You are using a parent or sibling context instead of the current child ` +
  `context. Expected context ID: "${expected}", but got: "${got}". When inside runInChildContext(), you must use ` +
  `the child context parameter, not the parent context.`;

describe("using the wrong context ends the execution", () => {
  test("in a child", async () => {
    const context = new FakeContext();
    const run = context.runInChildContext("child", async () => context.step(async () => 1));
    await expect(run).rejects.toThrow(new Error(misuse("step", "1", "undefined")));
  });

  test("in a step's body, without the step being retried", async () => {
    const context = new FakeContext();
    await expect(context.step(async () => context.wait({ seconds: 1 }))).rejects.toThrow(
      new Error(misuse("wait", "1", "undefined")),
    );
    expect(+context.now).toBe(0);
  });

  test("in a sibling", async () => {
    const context = new FakeContext();
    const siblings: DurableContext[] = [];
    const branches = context.map([1, 2], async (child) => {
      siblings.push(child);
      await siblings[0]?.wait({ seconds: 1 });
    });
    await expect(branches).rejects.toThrow(misuse("wait", "1-2", "1-1"));
  });

  test("after its body has ended", async () => {
    const context = new FakeContext();
    const kept: DurableContext[] = [];
    await context.runInChildContext(async (child) => void kept.push(child));
    await expect(kept[0]?.step(async () => 1)).rejects.toThrow(misuse("step", "root", "1"));
  });

  test("even if the operation is not awaited", async () => {
    const context = new FakeContext();
    const run = context.runInChildContext(async () => {
      context.step(async () => 1).catch(() => {});
      return "looks fine";
    });
    await expect(run).rejects.toThrow(misuse("step", "1", "undefined"));
  });

  test("in a combinator whose promise is lazy, as in the SDK", async () => {
    const context = new FakeContext();
    const nested = context.promise.all([context.promise.all([context.step(async () => 1)])]);
    await expect(nested).rejects.toThrow(misuse("runInChildContext", "2", "undefined"));
  });
});

test("operations that wait when the execution ends reject with its fault", async () => {
  const context = new FakeContext();
  const waiting = [
    context.wait({ days: 1 }),
    context.waitForCallback("never", async () => {}),
    context.step(async ({ attempt }) => {
      if (attempt === 1) throw new Error("again");
    }),
  ];
  await context.callbackOpened("never");
  await expect(context.step(async () => 1n)).rejects.toThrow("BigInt");
  for (const each of waiting) await expect(each).rejects.toThrow("BigInt");
});

test("one fake context can run within another", async () => {
  const inner = async (): Promise<number> => {
    const context = new FakeContext();
    await context.wait({ hours: 1 });
    return context.runInChildContext(async (child) => child.step(async () => 1));
  };
  const context = new FakeContext({ functions: { inner } });
  await expect(context.step(inner)).resolves.toBe(1);
  await expect(context.invoke("inner")).resolves.toBe(1);
  expect(+context.now).toBe(0);
});

test("does not record what is still running when a child context ends", async () => {
  const context = new FakeContext();
  const log: string[] = [];
  await context.runInChildContext("child", async (child) => {
    child
      .step("left behind", async () => {
        await new Promise(setImmediate);
        log.push("body ended");
      })
      .then(() => log.push("step settled"))
      .catch(() => {});
  });
  await context.wait({ seconds: 1 });
  expect(log).toEqual(["body ended"]);
  expect(context.operations).toMatchObject([
    { name: "child", status: "SUCCEEDED" },
    { name: "left behind", status: "STARTED" },
    {},
  ]);
});
