import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import {
  CounterError,
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyRequest,
  type BatchResult,
  type Command,
} from "@durable-counter/core";
import {
  checkLinearizable,
  exploreInterleavings,
  MemoryCounterStore,
  recordHistory,
  simulate,
  type InterleavingProgram,
} from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import {
  createCounterHandler,
  durableCounter,
  restoreCounterError,
  type SharedCounterOptions,
} from "./index.ts";
import { withApply } from "./with-apply.fixture.ts";

const id = "cart-7";
const seconds = (count: number) => ({ seconds: count });

/** Runs a function as an execution. */
async function execute<T>(
  body: (context: DurableContext) => Promise<T>,
  options: Parameters<typeof simulate>[1] = {},
) {
  const handler = withDurableExecution((_event: unknown, context) => body(context));
  return simulate<T>(handler, options);
}

/** A store that calls `watch` with every request, and waits for it, before it applies the request. */
const watched = (watch: (request: ApplyRequest) => unknown) =>
  withApply(async (request, forward) => {
    await watch(request);
    return forward(request);
  });

/** A function whose promise resolves when it was called `count` times. */
function barrier(count: number) {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let calls = 0;
  return () => {
    if (++calls === count) resolve(undefined);
    return promise;
  };
}

const summary = ({ type, amount }: { type: string; amount?: number }) => `${type} ${amount ?? ""}`.trim();
const limitExceeded = (error: unknown) => isCounterError(restoreCounterError(error), "limit-exceeded");

describe("within one execution, one counter", () => {
  const backends: readonly [string, () => SharedCounterOptions | object][] = [
    ["execution", () => ({ limits: { min: 0 } })],
    ["store", () => ({ store: new MemoryCounterStore(), id, limits: { min: 0 } })],
  ];

  test.each(backends)("runs concurrent calls in call order, with the value in the %s", async (_, options) => {
    const { result } = await execute(async (context) => {
      const counter = durableCounter(context, options());
      return Promise.all([
        counter.increment(3),
        counter.decrement(3),
        counter.batch([increment(7), decrement(5)]).then(({ value }) => value),
        counter.get(),
      ]);
    });
    expect(result).toEqual([3, 0, 2, 2]);
  });

  test("starts no call before the call ahead has ended, even while that one backs off", async () => {
    const seen: string[] = [];
    const store = watched(({ commands: [command] }) => {
      seen.push(summary(command as Command)); // one command each
      if (seen.length < 4) throw new CounterError("throttled", "Not now.");
    });
    const { result } = await execute(async (context) => {
      const counter = durableCounter(context, { store, id });
      return Promise.all([counter.increment(1), counter.increment(2)]);
    });
    expect(result).toEqual([1, 3]);
    expect(seen).toEqual(["increment 1", "increment 1", "increment 1", "increment 1", "increment 2"]);
  });

  test.each(backends)(
    "continues from the value before a refusal, with the value in the %s",
    async (_, options) => {
      const { result } = await execute(async (context) => {
        const counter = durableCounter(context, options());
        const calls = [counter.increment(2), counter.decrement(3), counter.decrement(2), counter.get()];
        const ended = await Promise.allSettled(calls);
        return ended.map((one) => (one.status === "fulfilled" ? one.value : limitExceeded(one.reason)));
      });
      expect(result).toEqual([2, true, 0, 0]);
    },
  );

  test("can be used after an operation with an unknown outcome, and reads what became of it", async () => {
    const losingReplies = withApply(async (request, forward) => {
      const applied = await forward(request);
      if (request.commands[0]?.type === "increment")
        throw new CounterError("outcome-unknown", "The reply is lost.");
      return applied;
    });
    const { result } = await execute(async (context) => {
      const counter = durableCounter(context, { store: losingReplies, id });
      const lost = await counter
        .increment(5)
        .catch((error: unknown) => isCounterError(error, "outcome-unknown"));
      return [lost, await counter.get()];
    });
    expect(result).toEqual([true, 5]);
  });

  test("answers a replay from the checkpoint: what was read before a wait is not read again", async () => {
    const store = new MemoryCounterStore();
    const read: number[] = [];
    const { result } = await execute(
      async (context) => {
        const counter = durableCounter(context, { store, id });
        const before = await counter.get();
        read.push(before);
        await context.step("another writer counts", async () => {
          await store.apply({ id, commands: [increment(9)] });
        });
        await context.wait(seconds(60));
        return [before, await counter.get()];
      },
      { replay: "always" },
    );
    expect(result).toEqual([0, 9]);
    expect(read.length).toBeGreaterThan(1);
    expect(new Set(read)).toEqual(new Set([0]));
  });
});

test("a call that a dead process left in flight counts nothing after the execution was refused", async () => {
  const memory = new MemoryCounterStore({ initial: 3, limits: { min: 0 } });
  const isSent = Promise.withResolvers<undefined>();
  const arrives = Promise.withResolvers<undefined>();
  let calls = 0;
  let late: Promise<unknown> | undefined;
  const store = withApply((request, forward) => {
    if (++calls > 1) return forward(request);
    late = arrives.promise.then(() => forward(request));
    isSent.resolve(undefined);
    return late as Promise<never>;
  }, memory);
  const handler = createCounterHandler({ store });
  const death = isSent.promise.then(() => Promise.reject(new Error("The process died.")));
  let invocations = 0;
  const { error } = await simulate(
    (event, context) => {
      const answer = handler(event, context);
      return ++invocations === 1 ? Promise.race([answer, death]) : answer;
    },
    { payload: { counterId: id, commands: [decrement(5)] } },
  );
  expect(error).toSatisfy(limitExceeded);
  await memory.apply({ id, commands: [increment(7)] });
  arrives.resolve(undefined);
  await expect(late).rejects.toSatisfy(limitExceeded);
  expect([await memory.get(id), invocations, calls]).toEqual([10, 2, 2]);
});

describe("within one execution, two counters", () => {
  test("are not serialised: they do not wait for each other", async () => {
    const bothAsked = barrier(2); // neither is answered before both have called
    const store = watched(bothAsked);
    const { result } = await execute(async (context) => {
      const a = durableCounter(context, { name: "a", store, id: "a" });
      const b = durableCounter(context, { name: "b", store, id: "b" });
      return Promise.all([a.increment(1), b.increment(2)]);
    });
    expect(result).toEqual([1, 2]);
  });

  test("of one name and context have a value, names and keys of their own", async () => {
    const { result, operations } = await execute(async (context) => {
      const [first, second] = [durableCounter(context), durableCounter(context)];
      return [await first.increment(5), await second.increment(7), await first.get()];
    });
    expect(result).toEqual([5, 7, 5]);
    expect(operations.map(({ name }) => name)).toEqual([
      "counter/0/increment(5)",
      "counter-2/0/increment(7)",
      "counter/1/get",
    ]);
  });

  test("of one id in a store share its value, and each counts", async () => {
    const store = new MemoryCounterStore();
    const { result } = await execute(async (context) => {
      const [first, second] = [1, 2].map(() => durableCounter(context, { store, id }));
      return [await first?.increment(5), await second?.increment(5), await first?.get()];
    });
    expect(result).toEqual([5, 10, 10]);
  });
});

describe("within one execution, in several contexts", () => {
  /** A counter in the root, a child, a child's child, and the branches of map and parallel, all of one name. */
  const everywhere = async (context: DurableContext, options: SharedCounterOptions | object) => {
    const count = (where: DurableContext) => durableCounter(where, options).increment();
    const numbers = [
      await count(context),
      await context.runInChildContext(count),
      await context.runInChildContext((child) => child.runInChildContext(count)),
    ];
    const mapped = await context.map([1, 2], (branch) => count(branch));
    const parallel = await context.parallel([count, count]);
    return [...numbers, ...mapped.getResults(), ...parallel.getResults()];
  };

  test("a value in the execution belongs to one counter of one context: others start at the initial value", async () => {
    const { result } = await execute((context) => everywhere(context, {}));
    expect(result).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  test.each(["suspended", "always"] as const)(
    "a value in a store is shared, and every context's operation counts once (replay: %s)",
    async (replay) => {
      const store = new MemoryCounterStore();
      const { result } = await execute((context) => everywhere(context, { store, id }), { replay });
      expect(result?.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(await store.get(id)).toBe(7);
    },
  );

  test("branches of a map are not serialised", async () => {
    const store = watched(barrier(3)); // none is answered before all have called
    const { result } = await execute(async (context) => {
      const count = (branch: DurableContext) => durableCounter(branch, { store, id }).increment();
      return (await context.map([1, 2, 3], count)).getResults();
    });
    expect(result?.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  test("the SDK refuses a counter in a branch of the context that it was created for", async () => {
    for (const options of [{}, { store: new MemoryCounterStore(), id }]) {
      const { status, error } = await execute(async (context) => {
        const counter = durableCounter(context, options);
        return (await context.map([1, 2], (_branch, amount) => counter.increment(amount))).getResults();
      });
      expect(status).toBe("FAILED");
      expect(error?.message).toMatch(/^Context usage error in "step": You are using a parent/u);
    }
  });
});

describe("across executions, with the value in the execution", () => {
  test("nothing is shared, not even by executions of the same event, one after another or at once", async () => {
    const handler = createCounterHandler();
    const payload = { counterId: id, commands: [increment(5), get()], idempotencyKey: "order-1" };
    const run = () => simulate<BatchResult>(handler, { payload });
    const ended = [await run(), ...(await Promise.all([run(), run(), run()]))];
    expect(ended.map(({ result }) => result?.value)).toEqual([5, 5, 5, 5]);
  });
});

describe("across executions, with the value in one store", () => {
  /** Two concurrent events, handled by one handler in two executions, under every order of their calls to the store. */
  const concurrently =
    (
      events: readonly (readonly Command[])[],
      {
        steps,
        limits,
        idempotencyKey,
        initial = 0,
      }: Parameters<typeof createCounterHandler>[0] & { idempotencyKey?: string },
      look: (ended: readonly (BatchResult | "limit-exceeded")[], value: number) => void,
    ): InterleavingProgram =>
    async ({ wrap, run }) => {
      const table = new MemoryCounterStore({ initial });
      const store = recordHistory(wrap(table, "store"));
      const handler = createCounterHandler({ store, steps, limits, initial });
      const ended = await run(
        events.map((commands) => async () => {
          const payload = {
            counterId: id,
            commands,
            ...(idempotencyKey !== undefined && { idempotencyKey }),
          };
          const { result, error } = await simulate<BatchResult>(handler, { payload });
          if (result !== undefined) return result;
          if (limitExceeded(error)) return "limit-exceeded" as const;
          throw new Error(error?.message);
        }),
      );
      const verdict = checkLinearizable(store.history);
      if (!verdict.linearizable) throw new Error(verdict.message);
      look(ended, await table.get(id));
    };

  /** The distinct outcomes over all orders. Fails if one of them is not linearizable. */
  async function explore(
    events: readonly (readonly Command[])[],
    options: Parameters<typeof concurrently>[1],
    view: (ended: readonly (BatchResult | "limit-exceeded")[], value: number) => unknown,
  ) {
    const seen = new Set<string>();
    const program = concurrently(events, options, (...outcome) => seen.add(JSON.stringify(view(...outcome))));
    const { failures, exhaustive } = await exploreInterleavings(program);
    expect(failures.map(({ message }) => message)).toEqual([]);
    expect(exhaustive).toBe(true);
    return [...seen].toSorted();
  }
  const values = (ended: readonly (BatchResult | "limit-exceeded")[]) =>
    ended.map((one) => (typeof one === "string" ? one : one.results.map(({ after }) => after)));

  test("commands of several interleave, one step per command", async () => {
    const seen = await explore([[increment(1), increment(1)], [increment(10)]], { steps: "command" }, values);
    expect(seen).toEqual(["[[1,12],[11]]", "[[1,2],[12]]", "[[11,12],[10]]"]);
  });

  test("a batch is atomic, one step per batch", async () => {
    const seen = await explore([[increment(1), increment(1)], [increment(10)]], { steps: "batch" }, values);
    expect(seen).toEqual(["[[1,2],[12]]", "[[11,12],[10]]"]);
  });

  test("a value that was read may be old when the next operation writes", async () => {
    const raise = [get(), increment(1)];
    const seen = await explore([raise, raise], { steps: "command" }, values);
    expect(seen).toContain("[[0,1],[0,2]]");
  });

  test("limits hold across executions: of two decrements to the minimum, one is refused", async () => {
    const events = [[decrement()], [decrement()]];
    for (const steps of ["command", "batch"] as const) {
      const seen = await explore(events, { steps, limits: { min: 0 }, initial: 1 }, (ended, value) => [
        ...values(ended),
        value,
      ]);
      expect(seen).toEqual(['["limit-exceeded",[0],0]', '[[0],"limit-exceeded",0]']);
    }
  });

  test("of two concurrent events, either may be first", async () => {
    const seen = await explore([[increment(1)], [decrement(1)]], { steps: "batch" }, values);
    expect(seen).toEqual(["[[0],[-1]]", "[[1],[0]]"]);
  });

  test("an event that is delivered to two executions at once counts once, and both get the same result", async () => {
    const event = [increment(5), decrement(2)];
    for (const steps of ["command", "batch"] as const) {
      const seen = await explore([event, event], { steps, idempotencyKey: "order-1" }, (ended, value) => [
        values(ended),
        value,
      ]);
      expect(seen).toEqual(["[[[5,3],[5,3]],3]"]);
    }
  });

  test("a refused event may count when it is delivered again, to another execution", async () => {
    const store = new MemoryCounterStore({ limits: { min: 0 } });
    const handler = createCounterHandler({ store });
    const payload = { counterId: id, commands: [decrement(5)], idempotencyKey: "order-1" };
    const deliver = (executionName: string) => simulate<BatchResult>(handler, { payload, executionName });
    expect((await deliver("first")).error).toSatisfy(limitExceeded);
    await store.apply({ id, commands: [increment(7)] });
    expect((await deliver("second")).result?.value).toBe(2);
    expect((await deliver("third")).result?.value).toBe(2);
    expect(await store.get(id)).toBe(2);
  });

  test("a get sees every write that was acknowledged before it started", async () => {
    const store = new MemoryCounterStore();
    const count = (commands: readonly Command[]) =>
      simulate<BatchResult>(createCounterHandler({ store }), { payload: { counterId: id, commands } });
    for (const round of [1, 2, 3]) {
      await count([increment(5)]);
      expect((await count([get()])).result?.value).toBe(5 * round);
    }
  });

  test("an execution that waits does not block others", async () => {
    const store = new MemoryCounterStore();
    let others = 0;
    const { result } = await execute(async (context) => {
      const counter = durableCounter(context, { store, id });
      const before = await counter.increment();
      await context.step("another execution counts", async () => {
        const body = (other: DurableContext) => durableCounter(other, { store, id }).increment();
        others = (await execute(body)).result ?? 0;
      });
      await context.wait({ days: 30 });
      return [before, others, await counter.get()];
    });
    expect(result).toEqual([1, 2, 2]);
  });

  test("a second function on the same event counts only if it names its counter", async () => {
    const store = new MemoryCounterStore();
    const count = (name?: string) =>
      execute((context) =>
        durableCounter(context, { name, store, id, idempotencyKey: "order-1" }).increment(5),
      );
    expect([(await count()).result, (await count()).result, (await count("shipping")).result]).toEqual([
      5, 5, 10,
    ]);
    expect(await store.get(id)).toBe(10);
  });

  test("without an idempotency key, an event that is delivered twice counts twice", async () => {
    const store = new MemoryCounterStore();
    const handler = createCounterHandler({ store });
    const payload = { counterId: id, commands: [increment(5)] };
    const deliver = (executionName: string) => simulate(handler, { payload, executionName });
    await deliver("first");
    await deliver("second");
    expect(await store.get(id)).toBe(10);
  });
});
