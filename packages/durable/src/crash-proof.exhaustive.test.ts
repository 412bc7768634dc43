import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { decrement, get, increment, set, type Command, type Limits } from "@durable-counter/core";
import { simulate } from "@durable-counter/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { expectOutcome, outcomeOf } from "../../../scripts/test/outcome.ts";
import { crashableStore, eventOf, failuresOf } from "./crash-proof.fixture.ts";
import { createCounterHandler, durableCounter } from "./index.ts";

const long = [increment(5), decrement(2), get(), increment(4), decrement(6), increment(1)];
const short = [increment(5), decrement(2)];
const refused = [increment(5), decrement(9), increment(1)];
const clamped = [increment(5), decrement(9), get(), increment(20), decrement(3)];

describe.each(["command", "batch"] as const)("wherever it crashes, a handler with a step per %s", (steps) => {
  test.each<[string, readonly Command[], Limits | undefined, 1 | 2]>([
    ["a long batch", long, undefined, 1],
    ["a short one, two crashes", short, undefined, 2],
    ["a clamped one", clamped, { min: 0, max: 10, onLimit: "clamp" }, 1],
    ["one that reaches its limits", [increment(10), decrement(10), get()], { min: 0, max: 10 }, 1],
    ["a refused one", refused, { min: 0 }, 1],
    ["one that sets a value", [increment(5), set(3), decrement()], { min: 0 }, 1],
    ["one that is refused as it sets a value", [increment(5), set(-3)], { min: 0 }, 1],
    ["one that is refused at its first command, two crashes", [decrement(), increment()], { min: 0 }, 2],
    ["one that only reads, two crashes", [get(), get()], undefined, 2],
  ])(
    "ends with the same result or error, and counts once in a store: %s",
    async (_, commands, limits, crashes) => {
      const at = crashableStore();
      const expected = outcomeOf(commands, { limits, steps });
      const failures = await failuresOf(createCounterHandler({ store: at.store, steps, limits }), {
        payload: eventOf(commands),
        crashes,
        beforeEach: at.empty,
        check: async (simulation) => {
          expectOutcome(simulation, expected);
          expect(await at.value()).toBe(expected.left);
        },
      });
      expect(failures).toEqual([]);
    },
  );

  test.each([
    ["a long batch", long, 1],
    ["a refused one", refused, 1],
    ["a short one, two crashes", short, 2],
  ] as const)("carries its value when the state is in the execution: %s", async (_, commands, crashes) => {
    const options = { limits: { min: 0 }, initial: 1, steps };
    const failures = await failuresOf(createCounterHandler(options), {
      payload: eventOf(commands),
      crashes,
      check: (simulation) => expectOutcome(simulation, outcomeOf(commands, options)),
    });
    expect(failures).toEqual([]);
  });

  describe.each([
    ["a batch", long],
    ["a batch that is refused", refused],
  ])("counts an event that is delivered twice once, with the same result: %s", (_, commands) => {
    const setUp = () => {
      const at = crashableStore();
      const limits = { min: 0 };
      const handler = createCounterHandler({ store: at.store, steps, limits });
      const payload = eventOf(commands, "order-1");
      const deliver = () => simulate(handler, { payload, executionName: "the-other-delivery" });
      return { at, handler, payload, deliver, expected: outcomeOf(commands, { limits, steps }) };
    };

    test("the first delivery crashes", async () => {
      const { at, handler, payload, deliver, expected } = setUp();
      const failures = await failuresOf(handler, {
        payload,
        beforeEach: at.empty,
        check: async (simulation) => {
          expectOutcome(simulation, expected);
          const { result, error } = await deliver();
          expect({ result, error }).toEqual({ result: simulation.result, error: simulation.error });
          expect(await at.value()).toBe(expected.left);
        },
      });
      expect(failures).toEqual([]);
    });

    test("the second delivery crashes", async () => {
      const { at, handler, payload, deliver, expected } = setUp();
      const failures = await failuresOf(handler, {
        payload,
        beforeEach: async () => {
          at.empty();
          await deliver();
        },
        check: async (simulation) => {
          expectOutcome(simulation, expected);
          expect(await at.value()).toBe(expected.left);
        },
      });
      expect(failures).toEqual([]);
    });
  });
});

describe("wherever it crashes, for random events", () => {
  const amount = fc.nat({ max: 9 });
  const command = fc.oneof(
    amount.map(increment),
    amount.map(decrement),
    fc.constant(get()),
    fc.integer({ min: -9, max: 9 }).map(set),
  );
  const limits = fc.option(
    fc.record({
      min: fc.integer({ min: -9, max: 0 }),
      max: fc.nat({ max: 9 }),
      onLimit: fc.constantFrom("reject" as const, "clamp" as const),
    }),
    { nil: undefined },
  );
  const event = (maxLength: number) =>
    fc.record({
      commands: fc.array(command, { minLength: 1, maxLength }),
      limits,
      steps: fc.constantFrom("command" as const, "batch" as const),
      backend: fc.constantFrom("execution", "store"),
      idempotencyKey: fc.option(fc.constant("order-1"), { nil: undefined }),
    });

  test.each([
    { crashes: 1, maxLength: 5, numRuns: randomRuns(60) },
    { crashes: 2, maxLength: 2, numRuns: randomRuns(20) },
  ] as const)(
    "a handler ends as the domain rules say: $crashes crashes",
    async ({ crashes, maxLength, numRuns }) => {
      const endsAsExpected = fc.asyncProperty(
        event(maxLength),
        async ({ commands, limits, steps, backend, idempotencyKey }) => {
          const at = crashableStore();
          const store = backend === "store" ? at.store : undefined;
          const expected = outcomeOf(commands, { limits, steps });
          const failures = await failuresOf(createCounterHandler({ store, limits, steps }), {
            payload: eventOf(commands, idempotencyKey),
            crashes,
            beforeEach: at.empty,
            check: async (simulation) => {
              expectOutcome(simulation, expected);
              expect(await at.value()).toBe(backend === "store" ? expected.left : 0);
            },
          });
          expect(failures).toEqual([]);
        },
      );
      await fc.assert(endsAsExpected, { numRuns });
    },
  );
});

describe("wherever it crashes, a handler written by hand", () => {
  test("counts once per branch of a map, in parallel and in children", async () => {
    const at = crashableStore();
    const count = (context: DurableContext) =>
      durableCounter(context, { store: at.store, id: "cart-7" }).increment();
    const handler = withDurableExecution(async (_event: unknown, context) => {
      await context.map([1, 2], (branch) => count(branch));
      await context.parallel([count, (branch) => branch.runInChildContext(count)]);
      return Promise.all([count(context), count(context)]).then(() => "done");
    });
    const check = async () => expect(await at.value()).toBe(6);
    expect(await failuresOf(handler, { beforeEach: at.empty, check })).toEqual([]);
  });

  test("keeps call order where calls are concurrent", async () => {
    const at = crashableStore();
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context, { store: at.store, id: "cart-7", limits: { min: 0, max: 5 } });
      return Promise.all([counter.increment(5), counter.decrement(5), counter.increment(4), counter.get()]);
    });
    const check = async () => expect(await at.value()).toBe(4);
    expect(await failuresOf(handler, { crashes: 2, beforeEach: at.empty, check })).toEqual([]);
  });
});
