import { decrement, get, increment, isCounterError, set } from "@durable-counter/core";
import { restoreCounterError } from "@durable-counter/durable";
import { FakeContext, simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { count, handler } from "./01-durable-counter.ts";

const event = { counterId: "cart-7", commands: [increment(5), decrement(2), get()] };

describe("01: a counter in the execution", () => {
  test("answers with the value after every command", async () => {
    const context = new FakeContext();
    expect(await count(event, context)).toEqual({ value: 3, values: [5, 3, 3] });
    expect(context.operations.map(({ name }) => name)).toEqual([
      "counter/0/increment(5)",
      "counter/1/decrement(2)",
      "counter/2/get",
    ]);
  });

  test("sets a value", async () => {
    const context = new FakeContext();
    const commands = [increment(5), set(3), decrement()];
    expect(await count({ ...event, commands }, context)).toEqual({ value: 2, values: [5, 3, 2] });
    expect(context.operations[1]?.name).toBe("counter/1/set(3)");
  });

  test.each(["suspended", "always"] as const)("does so on the real SDK, replayed: %s", async (replay) => {
    const { result, invocations } = await simulate(handler, { payload: event, replay });
    expect(result).toEqual({ value: 3, values: [5, 3, 3] });
    expect(invocations).toBe(replay === "always" ? 4 : 1);
  });

  test("fails on a decrement below 0", async () => {
    const payload = { counterId: "cart-7", commands: [decrement()] };
    const { status, error } = await simulate(handler, { payload });
    expect(status).toBe("FAILED");
    expect(isCounterError(restoreCounterError(error), "limit-exceeded")).toBe(true);
  });

  test("starts anew with every execution", async () => {
    for (let n = 0; n < 2; n++)
      expect((await simulate(handler, { payload: event })).result).toMatchObject({ value: 3 });
  });
});
