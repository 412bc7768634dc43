import {
  decrement,
  get,
  increment,
  isCounterError,
  set,
  type BatchResult,
  type Command,
} from "@durable-counter/core";
import { MemoryCounterStore } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { createCounterHandler, type CounterHandlerOptions } from "./index.ts";
import { runHandler } from "./run-handler.fixture.ts";
import { withApply } from "./with-apply.fixture.ts";

const handle = (options: CounterHandlerOptions, payload: unknown) =>
  runHandler<BatchResult>(createCounterHandler(options), payload);

const event = (commands: readonly Command[], idempotencyKey?: string) => ({
  counterId: "cart-7",
  commands,
  idempotencyKey,
});
const commands = [increment(5), decrement(2), get()];
const batch: BatchResult = {
  value: 3,
  results: [
    { type: "increment", before: 0, after: 5 },
    { type: "decrement", before: 5, after: 3 },
    { type: "get", before: 3, after: 3 },
  ],
};

describe.each([
  ["in the execution", () => ({})],
  ["in a store", () => ({ store: new MemoryCounterStore() })],
])("a counter handler with its state %s", (_, backend) => {
  test("makes one step per command by default", async () => {
    const { result, names } = await handle(backend(), event(commands));
    expect(result).toEqual(batch);
    expect(names).toEqual(["cart-7/0/increment(5)", "cart-7/1/decrement(2)", "cart-7/2/get"]);
  });

  test("sets a value, and names the step after it", async () => {
    const { result, names } = await handle(backend(), event([increment(5), set(-7)]));
    expect(result).toMatchObject({ value: -7, results: [{}, { type: "set", before: 5, after: -7 }] });
    expect(names).toEqual(["cart-7/0/increment(5)", "cart-7/1/set(-7)"]);
  });

  test("makes one step for the whole batch if asked to", async () => {
    const { result, names } = await handle({ ...backend(), steps: "batch" }, event(commands));
    expect(result).toEqual(batch);
    expect(names).toEqual([expect.stringMatching(/^cart-7\/0\/batch\(3:[0-9a-f]{4}\)$/u)]);
  });

  test("says which commands were applied before the one that was refused", async () => {
    const { error, message, names } = await handle(
      { ...backend(), limits: { min: 0 } },
      event([increment(5), decrement(2), decrement(9), get()]),
    );
    expect(isCounterError(error, "limit-exceeded") && error.details).toEqual({
      appliedCount: 2,
      value: 3,
      limit: 0,
    });
    expect(message).toBe(
      'Commands 1 to 2 were applied, stay so, and left the value at 3; command 3 of 4 failed. Counter "cart-7" is at 3 and would fall to -6; its minimum is 0. [limit-exceeded]',
    );
    expect(names).toHaveLength(3);
  });

  test("applies nothing of a batch that is refused as a whole", async () => {
    const { error, message } = await handle(
      { ...backend(), limits: { min: 0 }, steps: "batch" },
      event([increment(5), decrement(9)]),
    );
    expect(isCounterError(error, "limit-exceeded") && error.details).toEqual({
      value: 5,
      limit: 0,
      index: 1,
    });
    expect(message).toMatch(/^Command 2 of 2 was refused, and with it the whole batch/u);
  });

  test.each([
    [{ counterId: "", commands: [get()] }, "event.counterId is"],
    [
      { counterId: "a", commands: [{ type: "increment", amount: "1" }] },
      'event.commands[0].amount is "1"; pass',
    ],
    [undefined, "event.counterId is undefined; pass 1 to 256"],
    [5, "event is 5; pass an object"],
  ])("fails on an event it cannot parse, before any step: %j", async (payload, expected) => {
    const { error, message, names } = await handle(backend(), payload);
    expect(message).toContain(expected);
    expect(isCounterError(error, "invalid-input")).toBe(true);
    expect(names).toEqual([]);
  });
});

test("a foreign error of a store fails the execution as it is", async () => {
  const store = withApply(() => Promise.reject(new RangeError("no such shard")));
  const { error, message } = await handle({ store }, event([increment()]));
  expect(message).toBe("no such shard");
  expect(isCounterError(error)).toBe(false);
});

test("a counter in the execution starts anew with every execution", async () => {
  for (let n = 0; n < 2; n++) expect((await handle({}, event([increment()]))).result?.value).toBe(1);
});

test.each(["command", "batch"] as const)(
  "an event that is delivered twice counts once, and is answered alike (steps: %s)",
  async (steps) => {
    const store = new MemoryCounterStore();
    const first = await handle({ store, steps }, event(commands, "order-1"));
    await store.apply({ id: "cart-7", commands: [increment(40)] });
    const second = await handle({ store, steps }, event(commands, "order-1"));
    expect(await store.get("cart-7")).toBe(43);
    expect(second.result).toEqual(first.result);
  },
);

test.each(["command", "batch"] as const)(
  "passes the issuedAt of an event to the store (steps: %s)",
  async (steps) => {
    const received: unknown[] = [];
    const store = withApply((request, forward) => {
      received.push(request.issuedAt);
      return forward(request);
    });
    await handle({ store, steps }, { ...event([increment()], "order-1"), issuedAt: 1_767_225_600_000 });
    expect(received).toEqual([1_767_225_600_000]);
  },
);
