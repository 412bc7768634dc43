import { describe, expect, test } from "vitest";
import { exploreInterleavings } from "./explore-interleavings.ts";
import { Register } from "./register.fixture.ts";

describe("tasks", () => {
  test("return their results in order", async () => {
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

  test("can do several things at once", async () => {
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

  test("run to the end of calls that they do not await", async () => {
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

  test("that poll let other tasks continue", async () => {
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

  test("by a promise are idle until it is resolved", async () => {
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

  test("by a wrapped lock are idle too", async () => {
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

  test("in a circle are a deadlock, which names what each waits for", async () => {
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

  test("for something unknown are described by their last step", async () => {
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
