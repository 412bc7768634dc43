import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { increment } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { simulate } from "../simulator/simulate.ts";
import { MemoryCounterStore } from "../counters/memory-counter-store.ts";
import { checkLinearizable } from "../linearizability/check-linearizable.ts";
import { recordHistory } from "../counters/record-history.ts";
import { exploreInterleavings } from "./explore-interleavings.ts";
import type { ExploreInterleavingsOptions } from "./options.ts";
import type { InterleavingProgram, ProgramContext } from "./run-program.ts";

/** A value behind a wire. */
class Register {
  value = 0;
  async get() {
    return this.value;
  }
  async set(value: number) {
    this.value = value;
  }
  async compareAndSet(expected: number, value: number) {
    if (this.value !== expected) return false;
    this.value = value;
    return true;
  }
}

const lostUpdate: InterleavingProgram = async ({ wrap, run }) => {
  const register = wrap(new Register());
  const add = async () => register.set((await register.get()) + 1);
  await run([add, add]);
  expect(await register.get()).toBe(2);
};

describe("every schedule", () => {
  test("is run once: as many as there are ways to interleave", async () => {
    const seen = new Set<string>();
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const trace: string[] = [];
      const log = wrap(async (what: string) => trace.push(what));
      const task = (name: string) => async () => {
        trace.push(`${name} begins`);
        await log(`${name} calls`);
        trace.push(`${name} goes on`);
      };
      await run([task("A"), task("B")]);
      seen.add(trace.join());
    });
    // Three steps each: begin, carry out the call, see its answer.
    expect(exploration).toEqual({ schedules: 20, exhaustive: true, failures: [] });
    expect(seen.size).toBe(20);
  });

  test.each([
    [[0], 1],
    [[3], 1],
    [[0, 0, 0], 6],
    [[1, 1, 1], 1_680],
    [[2, 1], 56],
    [[2, 2], 252],
  ])("of tasks with %j calls is one of %i", async (calls, count) => {
    const { schedules, exhaustive } = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      await run(
        calls.map((many) => async () => {
          for (let call = 0; call < many; call++) await register.get();
        }),
      );
    });
    expect({ schedules, exhaustive }).toEqual({ schedules: count, exhaustive: true });
  });

  test("finds a lost update, and its simplest schedule", async () => {
    const exploration = await exploreInterleavings(lostUpdate);
    expect(exploration).toMatchObject({ schedules: 252, exhaustive: true, failures: [{ schedule: "2AB" }] });
    expect(exploration.failures[0]?.message).toBe(
      `
Schedule "2AB": expected 1 to be 2 // Object.is equality
What happened:
  A begins
  A Register.get() runs: 0
    B begins
    B Register.get() runs: 0
    B Register.get() answers
    B Register.set(1) runs
    B Register.set(1) answers
  A Register.get() answers
  A Register.set(1) runs
  A Register.set(1) answers
Just this again: await exploreInterleavings(program, { schedule: "2AB" })`.trimStart(),
    );
  });

  test("lets a right program pass", async () => {
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      const add = async () => {
        for (let value = await register.get(); !(await register.compareAndSet(value, value + 1));) {
          value = await register.get();
        }
      };
      await run([add, add]);
      expect(await register.get()).toBe(2);
    });
    expect(exploration).toMatchObject({ exhaustive: true, failures: [] });
    expect(exploration.schedules).toBeGreaterThan(252);
  });

  test("that fails is counted with those that fail alike, and told once", async () => {
    const { failures } = await exploreInterleavings(lostUpdate);
    expect(failures).toHaveLength(1);
    // All but those where one reads after the other has written.
    expect(failures[0]?.times).toBeGreaterThan(100);
  });
});

describe("a schedule by itself", () => {
  test("fails the same way again", async () => {
    const { failures } = await exploreInterleavings(lostUpdate);
    const again = await exploreInterleavings(lostUpdate, { schedule: failures[0]?.schedule });
    expect(again).toMatchObject({ schedules: 1, exhaustive: false });
    expect(again.failures[0]?.message).toBe(failures[0]?.message);
  });

  test("passes where it is right, the usual one for example", async () => {
    expect(await exploreInterleavings(lostUpdate, { schedule: "" })).toMatchObject({
      schedules: 1,
      failures: [],
    });
  });

  test("of another program is refused, and told what could have gone on", async () => {
    const explored = exploreInterleavings(lostUpdate, { schedule: "AC" });
    await expect(explored).rejects.toThrow(
      'Schedule "AC" cannot be run: its step 2 is C, where only A (Register.get runs), B (begins) can go on.',
    );
  });
});

describe("where there are too many schedules", () => {
  /** Goes wrong only where first B and then C come between two neighbouring reads of A. */
  const rare: InterleavingProgram = async ({ wrap, run }) => {
    const register = wrap(new Register());
    const reads: number[] = [];
    const read = async (times: number) => {
      for (let time = 0; time < times; time++) await register.get();
    };
    await run([
      async () => {
        for (let time = 0; time < 6; time++) reads.push(await register.get());
      },
      async () => {
        await read(3);
        await register.compareAndSet(0, 1);
        await read(3);
      },
      async () => {
        await read(3);
        await register.compareAndSet(1, 2);
        await read(3);
      },
    ]);
    expect(reads.some((value, index) => value === 0 && reads[index + 1] === 2)).toBe(false);
  };

  test("random ones find what is rare, and make it simple", async () => {
    const exploration = await exploreInterleavings(rare, { exhaustiveUpTo: 0, runs: 500 });
    expect(exploration).toMatchObject({
      exhaustive: false,
      failures: [{ schedule: expect.stringMatching(/^\d+A\d+BC$/) }],
    });
    const [failure] = exploration.failures;
    expect(failure?.times).toBeLessThan(50);
    const again = await exploreInterleavings(rare, { schedule: failure?.schedule });
    expect(again.failures[0]?.message).toBe(failure?.message);
  });

  test("those with one switch come first, all of them", async () => {
    const found = await exploreInterleavings(
      async ({ wrap, run }) => {
        const register = wrap(new Register());
        const reads = async () => {
          for (let call = 0; call < 10; call++) await register.get();
        };
        const add = async () => {
          await reads();
          await register.set((await register.get()) + 1);
          await reads();
        };
        await run([add, async () => register.set((await register.get()) + 1)]);
        expect(await register.get()).toBe(2);
      },
      { exhaustiveUpTo: 100, runs: 0 },
    );
    expect(found).toMatchObject({ exhaustive: false, failures: [{ schedule: "22AB" }] });
  });

  test("the same seed tries the same, another seed something else", async () => {
    const traces = async (seed: number) => {
      const schedules: string[] = [];
      await exploreInterleavings(
        async ({ wrap, run }) => {
          let trace = "";
          const log = wrap(async (what: string) => void (trace += what));
          const task = (name: string) => async () => {
            for (let call = 0; call < 5; call++) await log(name);
          };
          await run([task("a"), task("b"), task("c")]);
          schedules.push(trace);
        },
        { exhaustiveUpTo: 0, runs: 50, seed },
      );
      return schedules;
    };
    expect(await traces(1)).toEqual(await traces(1));
    expect(await traces(1)).not.toEqual(await traces(2));
    expect(new Set(await traces(1)).size).toBeGreaterThan(20);
  });
});

describe("tasks", () => {
  test("give their results in their order", async () => {
    let results: readonly [number, string] | undefined;
    await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      results = await run([() => register.get(), async () => "plain"]);
    });
    expect(results).toEqual([0, "plain"]);
  });

  test("that throw fail their schedule, when all have ended", async () => {
    let ended = 0;
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      const last = async () => {
        await register.get();
        ended += 1;
      };
      await run([() => Promise.reject(new RangeError("too much")), last]);
    });
    expect(failures).toMatchObject([{ error: new RangeError("too much"), times: 4 }]);
    expect(ended).toBe(4);
  });

  test("may do several things at once", async () => {
    const orders = new Set<string>();
    const { schedules, exhaustive } = await exploreInterleavings(async ({ wrap, run }) => {
      let order = "";
      const log = wrap(async (what: string) => void (order += what));
      await run([() => Promise.all([log("a"), log("b"), log("c")])]);
      orders.add(order);
    });
    expect(exhaustive).toBe(true);
    // Six steps: each call is carried out before it answers.
    expect(schedules).toBe(90);
    expect([...orders].toSorted()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
  });

  test("are run to the end of what they did not await", async () => {
    const values: number[] = [];
    await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      const unawaited: Promise<void>[] = [];
      await run([
        async () => void unawaited.push(register.set(1)),
        async () => void values.push(await register.get()),
      ]);
      expect(await register.get()).toBe(1);
    });
    expect(new Set(values)).toEqual(new Set([0, 1]));
  });

  test("that poll let the others go on", async () => {
    const exploration = await exploreInterleavings(
      async ({ wrap, run }) => {
        const register = wrap(new Register());
        await run([
          async () => {
            while ((await register.get()) === 0);
          },
          () => register.set(1),
        ]);
      },
      { exhaustiveUpTo: 200, runs: 20 },
    );
    expect(exploration.failures).toEqual([]);
  });

  test("that poll forever are stopped", async () => {
    const { failures } = await exploreInterleavings(
      async ({ wrap, run }) => {
        const register = wrap(new Register());
        await run([
          async () => {
            while ((await register.get()) === 0);
          },
        ]);
      },
      { maxSteps: 200 },
    );
    expect(failures[0]?.message).toContain(
      "The tasks did not end within 200 steps. The last were: A Register.get() answers; A Register.get() runs: 0.",
    );
    expect(failures[0]?.message).toContain("  … 140 more\n");
  });
});

describe("tasks that wait for each other", () => {
  /** First come, first served. */
  class Mutex {
    #tail: Promise<void> = Promise.resolve();
    lock(): Promise<() => void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const before = this.#tail;
      this.#tail = promise;
      return before.then(() => resolve);
    }
  }

  test("by a promise are at rest until it is kept", async () => {
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      const mutex = new Mutex();
      const add = async () => {
        const unlock = await mutex.lock();
        await register.set((await register.get()) + 1);
        unlock();
      };
      await run([add, add]);
      expect(await register.get()).toBe(2);
    });
    expect(exploration).toMatchObject({ exhaustive: true, failures: [] });
  });

  test("by a wrapped lock are, too", async () => {
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      const mutex = wrap(new Mutex());
      const add = async () => {
        const unlock = await mutex.lock();
        await register.set((await register.get()) + 1);
        unlock();
      };
      await run([add, add]);
      expect(await register.get()).toBe(2);
    });
    expect(exploration).toMatchObject({ exhaustive: true, failures: [] });
  });

  test("in a circle are a deadlock, which tells who waits for what", async () => {
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const [left, right] = [wrap(new Mutex(), "left"), wrap(new Mutex(), "right")];
      const both = async (first: Mutex, second: Mutex) => {
        const unlockFirst = await first.lock();
        const unlockSecond = await second.lock();
        unlockSecond();
        unlockFirst();
      };
      await run([() => both(left, right), () => both(right, left)]);
    });
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ schedule: "2AB" });
    expect(failures[0]?.message).toContain(`Deadlock: no task can go on.
  - A waits for right.lock() to be carried out
  - B waits for left.lock() to be carried out`);
  });

  test("for nothing we know of are told with what they did last", async () => {
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      await run([
        () => register.get().then(() => new Promise(() => undefined)),
        () => new Promise(() => undefined),
      ]);
    });
    expect(failures[0]?.message).toContain(`
  - A waits for something that is no call of a wrapped dependency, since Register.get() answers
  - B waits for something that is no call of a wrapped dependency, since begins`);
  });
});

describe("a dependency", () => {
  /** What tasks of one call each see of a dependency, as a set of traces. */
  async function explored(
    body: (stage: ProgramContext, trace: (what: string) => void) => readonly (() => unknown)[],
    options: ExploreInterleavingsOptions = {},
  ) {
    const traces = new Set<string>();
    const exploration = await exploreInterleavings(async (stage) => {
      const trace: string[] = [];
      await stage.run(body(stage, (what) => void trace.push(what)));
      traces.add(trace.join());
    }, options);
    expect(exploration).toMatchObject({ exhaustive: true, failures: [] });
    return { ...exploration, traces };
  }

  test("may have private fields, accessors, and methods that call each other", async () => {
    class Account {
      #balance = 1;
      get balance() {
        return this.#balance;
      }
      set balance(value) {
        this.#balance = value;
      }
      async pay(amount: number) {
        this.#balance = (await this.read()) + amount;
      }
      async read() {
        return this.#balance;
      }
    }
    const { schedules } = await explored(({ wrap }) => {
      const account = wrap(new Account());
      account.balance = 2;
      expect(account).toBeInstanceOf(Account);
      expect("pay" in account).toBe(true);
      return [
        async () => {
          await account.pay(3);
          expect(account.balance).toBe(5);
        },
      ];
    });
    expect(schedules).toBe(1);
  });

  test("may be frozen, bare or a function", async () => {
    const { schedules } = await explored(({ wrap }) => {
      const frozen = wrap(Object.freeze({ get: async () => 1, limit: 3 }));
      expect(Object.keys(frozen)).toEqual(["get", "limit"]);
      const bare = wrap(
        Object.assign(Object.create(null) as { get: () => Promise<number> }, { get: async () => 2 }),
      );
      const fetched = wrap(async (from: string) => from.length);
      return [
        async () => expect([await frozen.get(), await bare.get(), await fetched("abc")]).toEqual([1, 2, 3]),
      ];
    });
    expect(schedules).toBe(1);
  });

  test("keeps its synchronous methods", async () => {
    const { traces } = await explored(({ wrap }, trace) => {
      const clock = wrap({ now: () => 7 });
      return [() => trace(`${clock.now()}`), () => trace(`${clock.now() + 1}`)];
    });
    expect([...traces]).toEqual(["7,8", "8,7"]);
  });

  test("may return promises from methods that are not marked async", async () => {
    const { schedules } = await explored(({ wrap }) => {
      const register = wrap({ get: () => Promise.resolve(1) });
      return [() => register.get(), () => register.get()];
    });
    expect(schedules).toBe(20);
  });

  test("may throw, and is quoted", async () => {
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const store = wrap({ apply: () => Promise.reject(new Error("no space")) }, "store");
      await run([() => store.apply()]);
    });
    expect(failures[0]?.message).toContain("One task after the other: no space\n");
    expect(failures[0]?.message).toContain("  A store.apply() runs and throws Error: no space\n");
  });

  test("may be iterated, one step at a time", async () => {
    const list = async function* () {
      yield 1;
      yield 2;
    };
    const { schedules, traces } = await explored(({ wrap }, trace) => {
      const store = wrap({ list, [Symbol.asyncIterator]: list }, "store");
      return [
        async () => {
          for await (const each of store.list()) trace(`${each}`);
        },
        () => trace("x"),
      ];
    });
    // Begin, three times next, each carried out and answered; and the other anywhere between.
    expect(schedules).toBe(8);
    expect([...traces].toSorted()).toEqual(["1,2,x", "1,x,2", "x,1,2"]);
  });

  test("may be an iterable itself, and be left early", async () => {
    let isClosed = false;
    const rows = async function* () {
      try {
        yield* [1, 2, 3];
      } finally {
        isClosed = true;
      }
    };
    const { schedules } = await explored(({ wrap }) => {
      const stream = wrap({ [Symbol.asyncIterator]: rows }, "stream");
      return [
        async () => {
          for await (const each of stream) if (each === 1) break;
        },
      ];
    });
    expect({ schedules, isClosed }).toEqual({ schedules: 1, isClosed: true });
  });

  test("may be made of wrapped ones", async () => {
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register(), "register");
      const counter = wrap({ add: async () => register.set((await register.get()) + 1) }, "counter");
      await run([() => counter.add(), () => counter.add()]);
      expect(await register.get()).toBe(2);
    });
    expect(failures).toMatchObject([{ schedule: "3AB" }]);
    expect(failures[0]?.message).toContain(
      "  A counter.add() runs\n  A register.get() runs: 0\n    B begins\n",
    );
  });

  test("may answer over a connection that was open before", async () => {
    const server = createServer((socket) => {
      socket.on("data", () => void setTimeout(() => socket.write("."), 2));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo; // it listens
    const socket = connect(port, "127.0.0.1");
    const waiting: (() => void)[] = [];
    socket.on("data", (answers) => {
      for (const _ of answers) waiting.shift()?.();
    });
    const ask = () => new Promise<void>((resolve) => void socket.write("?", () => waiting.push(resolve)));
    await ask();

    const { schedules } = await explored(({ wrap }) => {
      const wire = wrap({ ask }, "wire");
      return [() => wire.ask(), () => wire.ask()];
    });
    expect(schedules).toBe(20);
    socket.destroy();
    server.close();
  });

  test("may answer at once what another task waits long for", async () => {
    const { schedules } = await explored(({ wrap }) => {
      const wire = wrap({
        fast: async () => 1,
        slow: () => new Promise((resolve) => void setTimeout(resolve, 2)),
      });
      return [() => Promise.all([wire.fast(), wire.slow()])];
    });
    // Two calls at once, of two steps each.
    expect(schedules).toBe(6);
  });

  test("may be called only some immediates later", async () => {
    const immediate = () => new Promise<void>((resolve) => void setImmediate(resolve));
    const { schedules } = await explored(({ wrap }) => {
      const register = wrap(new Register());
      const later = async () => {
        for (let time = 0; time < 5; time++) await immediate();
        await register.get();
      };
      return [() => Promise.all([register.get(), later()])];
    });
    expect(schedules).toBe(6);
  });

  test("may be made of wrapped ones, in a task that has a timer", async () => {
    const body = ({ wrap }: ProgramContext) => {
      const register = wrap(new Register(), "register");
      const counter = wrap({ add: async () => register.set(await register.get()) }, "counter");
      return [
        async () => {
          const timer = setTimeout(() => undefined, 100_000);
          await counter.add();
          clearTimeout(timer);
        },
        async () => undefined,
      ];
    };
    // Nobody has to wait an hour to see that all is at rest.
    expect(await explored(body, { timeoutMs: 3_600_000 })).toMatchObject({ schedules: 8 });
  });

  test("may answer in its own time", async () => {
    const { schedules } = await explored(({ wrap }) => {
      const wire = wrap({ ask: () => new Promise((resolve) => void setTimeout(resolve, 2)) });
      return [() => wire.ask(), () => wire.ask()];
    });
    expect(schedules).toBe(20);
  });
});

describe("durable functions", () => {
  /** Each run is an execution of its own, with keys of its own. */
  const names = ["first", "second"];

  test("that count with an idempotency key stay linearizable, however they interleave", async () => {
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const store = recordHistory(wrap(new MemoryCounterStore(), "store"));
      const handler = withDurableExecution(async (_event, context) => {
        const idempotencyKey = `${context.executionContext.durableExecutionArn}/count`;
        const commands = [increment()];
        await context.step(
          "count",
          async () => (await store.apply({ id: "c", commands, idempotencyKey })).value,
        );
        return context.step("read", () => store.get("c", { consistent: true }));
      });
      const runs = await run(names.map((executionName) => () => simulate(handler, { executionName })));
      expect(runs).toMatchObject([{ status: "SUCCEEDED" }, { status: "SUCCEEDED" }]);
      expect(checkLinearizable(store.history)).toMatchObject({ linearizable: true });
      expect(new Set(store.history.map(({ process }) => process))).toEqual(new Set(["A", "B"]));
      expect(await store.get("c")).toBe(2);
    });
    expect(exploration).toEqual({ schedules: 252, exhaustive: true, failures: [] });
  });

  test("that read in one step and write in the next are found out", async () => {
    const { failures } = await exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      const handler = withDurableExecution(async (_event, context) => {
        const value = await context.step("read", () => register.get());
        await context.step("write", () => register.set(value + 1));
      });
      await run(names.map((executionName) => () => simulate(handler, { executionName })));
      expect(await register.get()).toBe(2);
    });
    expect(failures).toMatchObject([{ schedule: "2AB" }]);
  });

  test("that are suspended, or work side by side, are waited for", async () => {
    const exploration = await exploreInterleavings(async ({ wrap, run }) => {
      const store = wrap(new MemoryCounterStore(), "store");
      const handler = withDurableExecution(async (_event, context) => {
        const count = (name: string) =>
          context.step(name, async () => {
            await store.apply({ id: "c", commands: [increment()], idempotencyKey: name });
          });
        await count("before");
        await context.wait({ hours: 1 });
        await count("after");
      });
      const parallel = withDurableExecution(async (_event, context) => {
        await context.parallel([1, 2].map((branch) => (each) => each.step(async () => branch)));
        await context.step(() => store.get("c"));
      });
      await run([() => simulate(handler), () => simulate(parallel)]);
    });
    expect(exploration).toEqual({ schedules: 56, exhaustive: true, failures: [] });
  });
});

describe("a program", () => {
  test("that does not run the same way twice is told so", async () => {
    let runs = 0;
    const explored = exploreInterleavings(async ({ wrap, run }) => {
      const register = wrap(new Register());
      runs += 1;
      const isOdd = runs % 2 === 1;
      await run([() => register.get(), () => (isOdd ? register.get() : register.set(1))]);
    });
    await expect(explored).rejects.toThrow(
      'The program does not run the same way twice: at step 2 of schedule "BA" what could go on was A begins, ' +
        "B Register.set runs, and is A begins, B Register.get runs.",
    );
  });

  test.each<[what: string, program: InterleavingProgram, message: string]>([
    ["that never calls run", () => undefined, "The program never called run"],
    [
      "that does not await run",
      ({ run }) => void run([async () => undefined]),
      "The program ended before its tasks",
    ],
    [
      "that has no tasks",
      ({ run }) => run([]),
      "The tasks of run are []; pass an array of 1 to 26 functions.",
    ],
    [
      "that calls run twice",
      ({ run }) => run([async () => 1]).then(() => run([async () => 2])),
      "run was called more than once",
    ],
  ])("%s is told so", async (_what, program, message) => {
    await expect(exploreInterleavings(program)).rejects.toThrow(message);
  });

  test("that fails before its tasks fails", async () => {
    const exploration = await exploreInterleavings(({ wrap }) => {
      // A caller without types may pass anything.
      wrap("store" as unknown as object);
    });
    expect(exploration.failures[0]?.message).toContain(
      'The dependency is "store"; wrap an object with methods',
    );
  });
});

test("progress is told after every schedule", async () => {
  const told: unknown[] = [];
  await exploreInterleavings(
    async ({ wrap, run }) => {
      const register = wrap(new Register());
      await run([() => register.get(), async () => undefined]);
    },
    { onProgress: (progress) => told.push(progress) },
  );
  expect(told).toHaveLength(4);
  expect(told.at(-1)).toEqual({ done: 4, total: 4, failures: 0 });
});

test.each<[options: unknown, message: string]>([
  [{ sead: 1 }, 'options has the unknown key "sead"; known are exhaustiveUpTo, runs, seed, schedule'],
  [{ runs: -1 }, "options.runs is -1; pass a whole number of schedules from 0."],
  [{ schedule: "a-b" }, 'options.schedule is "a-b"; pass one as a failure names it, like "2AB" or "AB(2)A".'],
  [{ timeoutMs: 0 }, "options.timeoutMs is 0; pass a whole number of milliseconds from 1."],
  [{ onProgress: true }, "options.onProgress is true; pass a function."],
  [null, "options is null; pass an object such as { seed: 1 }."],
])("the options %j are refused", async (options, message) => {
  // A caller without types may pass anything.
  await expect(exploreInterleavings(lostUpdate, options as object)).rejects.toThrow(message);
});

test("what is no program is refused", async () => {
  // A caller without types may pass anything.
  await expect(exploreInterleavings([] as unknown as InterleavingProgram)).rejects.toThrow(
    "program is []; pass a function",
  );
});
