import { get, increment } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { checkLinearizable } from "./check-counter-history.ts";
import { counterModel } from "./counter-model.ts";
import type { CounterInput, CounterOutput } from "./counter-operation.ts";
import { isLinearizable, seen, sent } from "./histories.fixture.ts";

describe("an idempotency key", () => {
  const once = (idempotencyKey = "t", amount = 1) => ({ commands: [increment(amount)], idempotencyKey });

  test("counts once, however often its batch is sent", () => {
    const again = { value: 1, replayed: true };
    expect(isLinearizable(sent(0, once()), seen(2, 3, once(), again), seen(4, 5, get(), 1))).toBe(true);
    expect(isLinearizable(sent(0, once()), seen(2, 3, once(), 1), seen(4, 5, get(), 2))).toBe(false);
    expect(isLinearizable(seen(0, 1, once(), 1), seen(2, 3, once(), 2))).toBe(false);
  });

  test("is replayed only after its first use", () => {
    expect(isLinearizable(seen(0, 1, once(), { value: 1, replayed: true }))).toBe(false);
    expect(isLinearizable(seen(0, 1, once(), 1), seen(2, 3, once(), { value: 1, replayed: false }))).toBe(
      false,
    );
  });

  test("can be used first by a retry, before the first attempt arrives", () => {
    const first = { value: 1, replayed: false };
    expect(isLinearizable(sent(0, once()), seen(2, 3, once(), first), seen(4, 5, get(), 1))).toBe(true);
  });

  test("is answered with the first results after other writes", () => {
    const others = seen(2, 3, increment(10), 11);
    expect(isLinearizable(seen(0, 1, once(), 1), others, seen(4, 5, once(), 1))).toBe(true);
    expect(isLinearizable(seen(0, 1, once(), 1), others, seen(4, 5, once(), 11))).toBe(false);
  });

  test("is refused with other commands", () => {
    expect(isLinearizable(seen(0, 1, once(), 1), seen(2, 3, once("t", 2), "idempotency-key-reused"))).toBe(
      true,
    );
    expect(isLinearizable(seen(0, 1, once(), 1), seen(2, 3, once("u", 2), "idempotency-key-reused"))).toBe(
      false,
    );
  });

  test("that was refused to a caller is refused to this caller for good, and to no other", () => {
    const refused = { ...once(), limits: { max: 0 }, callerId: "a" };
    const first = seen(0, 1, refused, "limit-exceeded");
    const again = (input: CounterInput, output: CounterOutput) =>
      isLinearizable(first, seen(2, 3, input, output));
    expect(again({ ...refused, limits: {} }, "limit-exceeded")).toBe(true);
    expect(again({ ...refused, limits: {} }, 1)).toBe(false);
    expect(again({ ...refused, commands: [get()] }, "idempotency-key-reused")).toBe(true);
    expect(again({ ...once(), callerId: "b" }, { value: 1, replayed: false })).toBe(true);
    expect(again(once(), { value: 1, replayed: false })).toBe(true);
    expect(again(once(), "limit-exceeded")).toBe(false);
    expect(isLinearizable(sent(0, { ...refused, limits: {} }), seen(1, 2, refused, "limit-exceeded"))).toBe(
      true,
    );
    const late = seen(3, 4, get(), 1);
    expect(isLinearizable(sent(0, { ...refused, limits: {} }), { ...first, start: 1, end: 2 }, late)).toBe(
      false,
    );
  });

  test("is forgotten with its counter", () => {
    const deletion = seen(2, 3, { type: "delete" }, undefined);
    const applyResult = { value: 1, replayed: false };
    expect(isLinearizable(seen(0, 1, once(), 1), deletion, seen(4, 5, once(), applyResult))).toBe(true);
  });

  test("makes a batch that only reads a write", () => {
    const read = { commands: [get()], idempotencyKey: "t", initial: 5 };
    expect(isLinearizable(seen(0, 1, read, 5), seen(2, 3, get(), 5))).toBe(true);
    expect(isLinearizable(seen(0, 1, { ...read, idempotencyKey: undefined }, 5), seen(2, 3, get(), 5))).toBe(
      false,
    );
  });
});

describe("the counter", () => {
  test("has the limits and the initial value of its store, unless a request has its own", () => {
    const model = counterModel({ initial: 3, limits: { max: 4 } });
    const history = [
      seen(0, 1, increment(), 4),
      seen(2, 3, increment(), "limit-exceeded"),
      seen(4, 5, { commands: [increment()], limits: {} }, 5),
      { ...seen(6, 7, { commands: [increment()], initial: 0 }, 1), key: "other" },
    ];
    expect(checkLinearizable(history, model)).toMatchObject({ linearizable: true });
    expect(checkLinearizable(history)).toMatchObject({ linearizable: false });
  });

  test("starts again after it was deleted", () => {
    const deletion = seen(2, 3, { type: "delete" }, undefined);
    expect(isLinearizable(seen(0, 1, increment(), 1), deletion, seen(4, 5, get(), 0))).toBe(true);
    expect(isLinearizable(seen(0, 1, increment(), 1), deletion, seen(4, 5, get(), 1))).toBe(false);
  });
});
