import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { simulate } from "../simulator/simulate.ts";

const run = (body: (context: DurableContext) => Promise<unknown>) =>
  simulate(withDurableExecution(async (_event, context) => body(context)));

test("accepts 3,000 operations and refuses the next one", async () => {
  const steps = (count: number) => async (context: DurableContext) => {
    await Promise.all(Array.from({ length: count }, (_, index) => context.step(async () => index)));
    return count;
  };

  expect(await run(steps(3_000))).toMatchObject({ status: "SUCCEEDED", result: 3_000 });
  const refused = await run(steps(3_001));
  expect(refused).toMatchObject({
    status: "FAILED",
    error: { message: expect.stringContaining("exceeds the maximum number of operations: it may have 3000") },
  });
  // A call carries 250 updates, all or none of which land.
  expect(refused.operations.length).toBeLessThanOrEqual(3_000);
});

test("accepts a step result of 256 KB and refuses one byte more", async () => {
  // The two quotes of the JSON count.
  const result = (bytes: number) => (context: DurableContext) =>
    context.step(async () => "é".repeat((bytes - 2) / 2));

  expect(await run(result(262_144))).toMatchObject({ status: "SUCCEEDED" });
  expect(await run(result(262_146))).toMatchObject({
    status: "FAILED",
    error: {
      type: "CheckpointUnrecoverableExecutionError",
      message: expect.stringContaining(
        "STEP output payload size must be less than or equal to 262144 bytes.",
      ),
    },
  });
});

test("accepts names of 1 to 256 printable ASCII characters", async () => {
  const named = (name: string) => (context: DurableContext) => context.step(name, async () => 1);

  expect(await run(named("x".repeat(256)))).toMatchObject({ status: "SUCCEEDED" });
  for (const [name, constraint] of [
    ["x".repeat(257), "length less than or equal to 256"],
    ["", "length greater than or equal to 1"],
    ["naïve", "regular expression pattern: [\\x20-\\x7E]+"],
  ] as const) {
    const { status, error } = await run(named(name));
    expect(status).toBe("FAILED");
    expect(error?.message).toContain(constraint);
  }
});

test("refuses delays that the service refuses", async () => {
  expect((await run((context) => context.wait({ seconds: 0 }))).error?.message).toContain(
    "Value '0' at 'updates.member.waitOptions.waitSeconds' failed to satisfy constraint: Member must have value greater",
  );
  expect((await run((context) => context.wait({ days: 367 }))).error?.message).toContain(
    "less than or equal to 31622400",
  );
  expect((await run((context) => context.wait({ seconds: 1.5 }))).error?.message).toContain(
    "must be an integer",
  );
});

test("refuses errors and invoke payloads that are too large", async () => {
  const failing = async (context: DurableContext) =>
    context.step(
      async () => {
        throw new Error("e".repeat(40_000));
      },
      { retryStrategy: () => ({ shouldRetry: false }) },
    );

  expect((await run(failing)).error?.message).toContain("Error object size must be less than 32768 bytes.");
  expect(
    (await run((context) => context.invoke("large", "f", "i".repeat(1_048_575)))).error?.message,
  ).toContain("CHAINED_INVOKE input payload size must be less than or equal to 1048576 bytes.");
});
