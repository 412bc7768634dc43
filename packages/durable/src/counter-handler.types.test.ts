import { increment, type BatchResult } from "@durable-counter/core";
import { simulate } from "@durable-counter/testing";
import { expect, expectTypeOf, test } from "vitest";
import { createCounterHandler } from "./index.ts";

test("the test kit knows the type of a counter handler's result", async () => {
  const payload = { counterId: "cart-7", commands: [increment(5)] };
  const { result } = await simulate(createCounterHandler(), { payload });
  expectTypeOf(result).toEqualTypeOf<BatchResult | undefined>();
  expect(result?.value).toBe(5);
});
