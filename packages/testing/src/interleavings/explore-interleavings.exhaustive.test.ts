import { describe, expect, test } from "vitest";
import { exploreInterleavings } from "./explore-interleavings.ts";
import { Register } from "./register.fixture.ts";
import type { InterleavingProgram } from "./run-program.ts";

const lostUpdate: InterleavingProgram = async ({ wrap, run }) => {
  const register = wrap(new Register());
  const add = async () => register.set((await register.get()) + 1);
  await run([add, add]);
  expect(await register.get()).toBe(2);
};

describe("every schedule", () => {
  test("is run once", async () => {
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

  test("finds no failure in a correct program", async () => {
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

  test("is counted with others that fail with the same error", async () => {
    const { failures } = await exploreInterleavings(lostUpdate);
    expect(failures).toHaveLength(1);
    // All but those where one reads after the other has written.
    expect(failures[0]?.times).toBeGreaterThan(100);
  });
});

describe("a single schedule", () => {
  test("fails the same way again", async () => {
    const { failures } = await exploreInterleavings(lostUpdate);
    const again = await exploreInterleavings(lostUpdate, { schedule: failures[0]?.schedule });
    expect(again).toMatchObject({ schedules: 1, exhaustive: false });
    expect(again.failures[0]?.message).toBe(failures[0]?.message);
  });

  test("passes if it is correct, such as the default one", async () => {
    expect(await exploreInterleavings(lostUpdate, { schedule: "" })).toMatchObject({
      schedules: 1,
      failures: [],
    });
  });

  test("of another program is refused, with the tasks that could continue", async () => {
    const explored = exploreInterleavings(lostUpdate, { schedule: "AC" });
    await expect(explored).rejects.toThrow(
      'Schedule "AC" cannot be run: its step 2 is C, where only A (Register.get runs), B (begins) can go on.',
    );
  });
});

describe("if there are too many schedules", () => {
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

  test("random ones find a rare failure, and simplify it", async () => {
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

  test("all schedules with one switch are run first", async () => {
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

  test("the same seed runs the same schedules, another seed others", async () => {
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

describe("a program", () => {
  test("is refused if it is not deterministic", async () => {
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
  ])("%s is refused", async (_what, program, message) => {
    await expect(exploreInterleavings(program)).rejects.toThrow(message);
  });

  test("fails if it throws before its tasks", async () => {
    const exploration = await exploreInterleavings(({ wrap }) => {
      // A caller without types may pass anything.
      wrap("store" as unknown as object);
    });
    expect(exploration.failures[0]?.message).toContain(
      'The dependency is "store"; wrap an object with methods',
    );
  });
});

test("reports progress after every schedule", async () => {
  const reports: unknown[] = [];
  await exploreInterleavings(
    async ({ wrap, run }) => {
      const register = wrap(new Register());
      await run([() => register.get(), async () => undefined]);
    },
    { onProgress: (progress) => reports.push(progress) },
  );
  expect(reports).toHaveLength(4);
  expect(reports.at(-1)).toEqual({ done: 4, total: 4, failures: 0 });
});

test.each<[options: unknown, message: string]>([
  [{ sead: 1 }, 'options has the unknown key "sead"; known are exhaustiveUpTo, runs, seed, schedule'],
  [{ runs: -1 }, "options.runs is -1; pass a whole number of schedules from 0."],
  [{ schedule: "a-b" }, 'options.schedule is "a-b"; pass one as a failure names it, like "2AB" or "AB(2)A".'],
  [{ timeoutMs: 0 }, "options.timeoutMs is 0; pass a whole number of milliseconds from 1."],
  [{ onProgress: true }, "options.onProgress is true; pass a function."],
  [null, "options is null; pass an object such as { seed: 1 }."],
])("refuses the options %j", async (options, message) => {
  // A caller without types may pass anything.
  await expect(exploreInterleavings(lostUpdate, options as object)).rejects.toThrow(message);
});

test("refuses a program that is no function", async () => {
  // A caller without types may pass anything.
  await expect(exploreInterleavings([] as unknown as InterleavingProgram)).rejects.toThrow(
    "program is []; pass a function",
  );
});
