import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { decrement } from "@durable-counter/core";
import { MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test, vi } from "vitest";
import { codes, failingStore, failureOf, RETRYABLE } from "./failing-store.fixture.ts";
import { createCounterHandler, durableCounter } from "./index.ts";
import { recordUpdates } from "./recorded-updates.fixture.ts";

const table = codes.map((code) => [code, RETRYABLE[code]] as const);

/** Runs one increment in a store that fails as `fail` says. */
async function attempt(fail: Parameters<typeof failingStore>[0]) {
  const store = failingStore(fail);
  const { handler, updates } = recordUpdates(
    withDurableExecution((_event: unknown, context) =>
      durableCounter(context, { store: store.store, id: "cart-7" }).increment(5),
    ),
  );
  const { status, result, operations } = await simulate(handler);
  const delays = updates.flatMap(({ StepOptions }) => StepOptions?.NextAttemptDelaySeconds ?? []);
  return { status, result, attempts: operations[0]?.attempts, calls: store.calls, delays };
}

describe("retry or stop", () => {
  test.each(table)("%s is retried: %s", async (code, retryable) => {
    const attempts = retryable ? 10 : 1;
    expect(await attempt(() => failureOf(code))).toMatchObject({
      status: "FAILED",
      attempts,
      calls: attempts,
      delays: { length: attempts - 1 },
    });
  });

  test.each(["execution", "store"])(
    "a limit costs one attempt, with the value in the %s",
    async (backend) => {
      for (const steps of ["command", "batch"] as const) {
        const store = backend === "store" ? new MemoryCounterStore() : undefined;
        const handler = createCounterHandler({ store, limits: { min: 0 }, steps });
        const payload = { counterId: "cart-7", commands: [decrement()] };
        const { status, operations, invocations } = await simulate(handler, { payload });
        expect({ status, invocations }).toEqual({ status: "FAILED", invocations: 1 });
        expect(operations.map(({ attempts }) => attempts)).toEqual([1]);
      }
    },
  );

  test("retries end with the first attempt that succeeds", async () => {
    const failThrice = (call: number) => (call < 4 ? failureOf("outcome-unknown") : undefined);
    expect(await attempt(failThrice)).toMatchObject({
      status: "SUCCEEDED",
      result: 5,
      attempts: 4,
      calls: 4,
    });
  });

  test("a refusal ends the retries", async () => {
    const refuseLater = (call: number) => failureOf(call < 3 ? "unavailable" : "limit-exceeded");
    expect(await attempt(refuseLater)).toMatchObject({ status: "FAILED", attempts: 3, calls: 3 });
  });

  test("an error that is no counter error is retried as the SDK retries any step", async () => {
    expect(await attempt(() => new Error("socket hang up"))).toMatchObject({ status: "FAILED", attempts: 6 });
  });
});

describe("a throttle backs off", () => {
  const longest = [1, 2, 4, 8, 16, 32, 60, 60, 60];

  test("by delays that double up to a minute, with jitter", async () => {
    const { delays } = await attempt(() => failureOf("throttled"));
    expect(delays).toHaveLength(longest.length);
    for (const [index, delay] of delays.entries()) {
      expect(Number.isInteger(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(1);
      expect(delay).toBeLessThanOrEqual(longest[index] as number); // of the same length
    }
  });

  test.each([
    ["least", 0, longest.map(() => 1)],
    ["half", 0.5, [1, 1, 2, 4, 8, 16, 30, 30, 30]],
    ["most", 1 - 2 ** -53, longest],
  ])("by these delays where the jitter is %s", async (_, jitter, delays) => {
    const random = vi.spyOn(Math, "random").mockReturnValue(jitter);
    try {
      expect((await attempt(() => failureOf("throttled"))).delays).toEqual(delays);
    } finally {
      random.mockRestore();
    }
  });
});
