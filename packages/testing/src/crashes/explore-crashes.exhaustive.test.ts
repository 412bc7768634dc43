import { setImmediate as tick } from "node:timers/promises";
import { StepSemantics, withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { expect, test, vi } from "vitest";
import type { Simulation } from "../simulator/simulation.ts";
import { SimulationStoppedError } from "../simulator/simulation-stopped-error.ts";
import { crashable } from "./crashable.ts";
import { exploreCrashes } from "./explore-crashes.ts";
import type { ExploreCrashesOptions } from "./options.ts";
import type { Progress } from "../progress.ts";

/** A bank that adds whenever it is asked: wrong as soon as a step runs twice. */
class Bank {
  balance = 0;

  async pay(amount: number): Promise<number> {
    await tick();
    return (this.balance += amount);
  }
}

function paying() {
  const bank = new Bank();
  const wrapped = crashable(bank);
  const handler = withDurableExecution(async (event: { amount: number }, context) => {
    await context.step("pay", () => wrapped.pay(event.amount));
    return context.step("receipt", async () => "paid");
  });
  const options: ExploreCrashesOptions = {
    payload: { amount: 5 },
    beforeEach: () => {
      bank.balance = 0;
    },
    check: () => expect(bank.balance).toBe(5),
  };
  return { bank, handler, options };
}

test("explores every point around invocations, checkpoints and calls of dependencies", async () => {
  const { handler, options } = paying();
  const { points, runs } = await exploreCrashes(handler, options);
  expect(points).toBe(10);
  expect(runs).toBe(11);
});

test("reports where the process died, what is wrong, the timeline, and how to repeat the run", async () => {
  const { handler, options } = paying();
  const { failures } = await exploreCrashes(handler, { ...options, check: undefined, normalize: undefined });
  // While START is on its way, so is the payment that the body has asked for.
  expect(failures.map(({ where }) => where)).toEqual([
    'The process died before START of step "pay" was stored',
    'The process died after START of step "pay" was stored, before the reply arrived',
    "The process died after Bank.pay ran, before its reply arrived",
    'The process died before SUCCEED of step "pay" was stored',
  ]);
  expect(failures[2]?.message).toBe(
    `
The process died after Bank.pay ran, before its reply arrived:
  - operation 1 is {"id":"1","name":"pay","type":"STEP","subType":"Step","status":"SUCCEEDED","result":10}, not {"id":"1","name":"pay","type":"STEP","subType":"Step","status":"SUCCEEDED","result":5}.
What happened:
      1 as invocation 1 began
      2 before the call of Bank.pay
      3 before START of step "pay" was stored
      4 after START of step "pay" was stored, before the reply arrived
 ✗    5 after Bank.pay ran, before its reply arrived
      6 as invocation 2 began
      7 before the call of Bank.pay
      8 after Bank.pay ran, before its reply arrived
      9 before SUCCEED of step "pay" was stored
     10 after SUCCEED of step "pay" was stored, before the reply arrived
     11 before START and SUCCEED of step "receipt" was stored
     12 after START and SUCCEED of step "receipt" was stored, before the reply arrived
     13 as invocation 2 ended, before its reply arrived
Just this again: await exploreCrashes(handler, { ...options, crashes: [5] })`.trimStart(),
  );
});

test("repeats just the crash that a failure names", async () => {
  const { handler, options } = paying();
  const all = await exploreCrashes(handler, options);
  for (const { crashes, message } of all.failures) {
    const again = await exploreCrashes(handler, { ...options, crashes });
    expect(again.runs).toBe(2);
    expect(again.failures.map((failure) => failure.message)).toEqual([message]);
  }
});

test("explores every pair of points if asked to", async () => {
  const { handler, options } = paying();
  const { points, runs, failures } = await exploreCrashes(handler, { ...options, crashes: 2 });
  expect(runs).toBeGreaterThan(points * 5);
  expect(Math.max(...failures.map(({ crashes }) => crashes.length))).toBe(2);
});

test("crashes right after the first crash, too, and at every point after it", async () => {
  let runs = 0;
  const check = () => {
    if (runs++ > 0) throw new Error("every run with a crash"); // is listed with its points
  };
  const handler = withDurableExecution(async (_event: unknown, context) => context.step("a", async () => 1));
  const { points, failures } = await exploreCrashes(handler, { crashes: 2, check });
  const seconds = Map.groupBy(
    failures.map(({ crashes }) => crashes).filter(({ length }) => length === 2),
    ([first]) => first,
  );
  expect([...seconds.keys()]).toEqual(Array.from({ length: points }, (_, index) => index + 1));
  for (const [first = 0, pairs] of seconds)
    expect(pairs.map(([, second]) => second)).toEqual(pairs.map((_, index) => first + 1 + index));
});

test("a process that died calls no dependency any more", async () => {
  const calls: string[] = [];
  const log = crashable({ write: async (line: string) => void calls.push(line) }, "log");
  const handler = withDurableExecution(async (_event: unknown, context) => {
    await context.step("both", async () => {
      await log.write("first");
      await log.write("second");
    });
  });
  const beforeEach = () => calls.splice(0);
  // Point 3: "first" was written, and its answer lost.
  await exploreCrashes(handler, { beforeEach, crashes: [3] });
  expect(calls).toEqual(["first", "first", "second"]);
});

test("stops if the run without a crash is wrong", async () => {
  const { handler, options } = paying();
  const { runs, failures } = await exploreCrashes(handler, { ...options, payload: { amount: 6 } });
  expect(runs).toBe(1);
  expect(failures.map(({ where, crashes }) => [where, crashes])).toEqual([["Without any crash", []]]);
  expect(failures[0]?.problems[0]).toMatch(/^The check failed: expected 6 to be 5/u);
});

test("a check that fails after an execution that failed says with which error", async () => {
  const mails: string[] = [];
  const handler = withDurableExecution(async (_event: unknown, context) => {
    await context.step("mail", () => Promise.reject(new Error("no such address")), {
      retryStrategy: () => ({ shouldRetry: false }),
    });
    mails.push("sent");
  });
  const { failures } = await exploreCrashes(handler, { check: () => expect(mails).toEqual(["sent"]) });
  expect(failures[0]?.problems).toEqual([
    expect.stringMatching(/^The check failed: expected \[\] to deeply equal/u),
    "The execution had ended with an error before: StepError: no such address",
  ]);
});

test("normalizes results that may differ", async () => {
  let clock = 0;
  const handler = withDurableExecution((_event: unknown, context) =>
    context.step("now", async () => ({ at: clock++ })),
  );
  const explore = (normalize?: (value: unknown) => unknown) => exploreCrashes(handler, { normalize });
  expect((await explore()).failures.length).toBeGreaterThan(0);
  expect((await explore(() => "a time")).failures).toEqual([]);
});

test("reports its progress", async () => {
  const { handler, options } = paying();
  const onProgress = vi.fn<(progress: Progress) => void>();
  const { points } = await exploreCrashes(handler, { ...options, onProgress });
  expect(onProgress).toHaveBeenCalledTimes(points);
  expect(onProgress).toHaveBeenLastCalledWith({ done: points, total: points, failures: 4 });
  onProgress.mockClear();
  await exploreCrashes(handler, { ...options, crashes: [1, 2], onProgress });
  expect(onProgress.mock.calls.map(([{ done, total }]) => [done, total])).toEqual([
    [1, 2],
    [2, 2],
  ]);
});

test("does not change a dependency outside of an exploration", async () => {
  const bank = new Bank();
  const wrapped = crashable(bank);
  expect(await wrapped.pay(3)).toBe(3);
  expect(wrapped.balance).toBe(3);
});

test.each<[ExploreCrashesOptions, string]>([
  [{ crashes: [99] }, "There is no crash point 99: this run passes 10. Pass points from 1 to 10."],
  [{ crashes: [0] }, "options.crashes is [0]; pass 1, 2, { runs: 100 }, or a list of points such as [7]."],
  [{ crashes: 3 as 2 }, "options.crashes is 3; pass 1, 2, { runs: 100 }, or a list of points such as [7]."],
  [{ check: "right" as never }, 'options.check is "right"; pass a function.'],
  [{ compare: "all" as never }, 'options.compare is "all"; pass "operations", "outcome" or "none".'],
  [{ unfinished: true as never }, 'options.unfinished is true; pass "report" or "allow".'],
  [{ maxRuns: 0 }, "options.maxRuns is 0; pass a whole number from 1."],
  [{ maxRuns: 4 }, "The exploration takes more than 4 runs; raise options.maxRuns"],
  [{ paylod: 1 } as ExploreCrashesOptions, 'options has the unknown key "paylod"'],
])("refuses %o", async (wrong, message) => {
  const { handler, options } = paying();
  await expect(exploreCrashes(handler, { ...options, ...wrong })).rejects.toThrow(message);
});

test("reports its failures when it runs out of runs", async () => {
  const { handler, options } = paying();
  await expect(exploreCrashes(handler, { ...options, maxRuns: 7 })).rejects.toThrow(
    /more than 7 runs.*It has found \d failures so far, first this one:\nThe process died before START of step "pay" was stored/u,
  );
});

test("refuses a handler that does not end, and lists what it waits for", async () => {
  const handler = withDurableExecution((_event: unknown, context: DurableContext) =>
    context.waitForCallback("approval", async () => undefined),
  );
  const stopped: unknown = await exploreCrashes(handler).catch((error: unknown) => error);
  expect(stopped).toBeInstanceOf(SimulationStoppedError);
  expect(String(stopped)).toContain('"approval"');
});

test("refuses a handler that is not wrapped", async () => {
  // A plain Lambda, which is not what is asked for.
  const plain = (async () => "done") as never;
  await expect(exploreCrashes(plain)).rejects.toThrow("withDurableExecution");
});

/** Has a method that returns an asynchronous iterator. */
class Shelf {
  async *list(): AsyncGenerator<string> {}
}

test.each<[string, object]>([
  ["an iterator", new Shelf()],
  ["a method of a frozen object", Object.freeze(new Shelf())],
])("knows when %s has answered", async (_, dependency) => {
  const store = crashable(dependency as Shelf); // as both of the table are
  const handler = withDurableExecution((_event: unknown, context) =>
    context.step("count", async () => {
      for await (const item of store.list()) return item;
      return "none";
    }),
  );
  expect((await exploreCrashes(handler)).failures).toEqual([]);
});

test("reports no failure for the running branches of a batch that is complete", async () => {
  const handler = withDurableExecution(async (_event: unknown, context) => {
    const raced = await context.map(
      ["fast", "stuck"],
      (branch, speed) => branch.step("work", async () => (speed === "fast" ? 1 : new Promise(() => {}))),
      { completionConfig: { minSuccessful: 1 } },
    );
    return raced.successCount;
  });
  const { failures } = await exploreCrashes(handler, { compare: "outcome" });
  expect(failures.map(({ message }) => message)).toEqual([]);
});

test.each([
  ["seconds", { seconds: 5 }],
  ["longer than an invocation", { hours: 1 }],
])("a body that its batch has abandoned does not block a wait of %s", async (_, pause) => {
  const handler = withDurableExecution(async (_event: unknown, context) => {
    const raced = await context.parallel(
      [async () => 1, () => new Promise(() => {})].map(
        (body) => (branch: DurableContext) => branch.step(body),
      ),
      { completionConfig: { minSuccessful: 1 } },
    );
    await context.wait(pause);
    return raced.getResults();
  });
  const { failures, points } = await exploreCrashes(handler);
  expect(failures.map(({ message }) => message)).toEqual([]);
  expect(points).toBeGreaterThan(5);
});

test("does not compare the stack traces of errors", async () => {
  const once = { retryStrategy: () => ({ shouldRetry: false }) };
  const handler = withDurableExecution(async (_event: unknown, context) => {
    const failing = context.step("fail", () => Promise.reject(new Error("no")), once);
    const [outcome] = await context.promise.allSettled("settle", [failing]);
    const stack = await context.step("trace", async () => ({ stack: new Error("here").stack }));
    return [outcome?.status, stack];
  });
  expect((await exploreCrashes(handler)).failures).toEqual([]);
});

test("does not compare stack traces in texts, and nothing else is left out of a text", async () => {
  const once = { retryStrategy: () => ({ shouldRetry: false }) };
  const exploring = (fail: () => never, textOf: (error: Error) => string) =>
    exploreCrashes(
      withDurableExecution(async (_event: unknown, context) => {
        try {
          return await context.step("fail", fail, once);
        } catch (error) {
          return { log: [`It failed: ${textOf(error as Error)}.`] };
        }
      }),
    );
  const fail = () => {
    throw new Error("no");
  };
  expect((await exploring(fail, ({ stack }) => String(stack))).failures).toEqual([]);
  let runs = 0;
  const { failures } = await exploring(fail, () => `\n    at ${runs++} o'clock`);
  expect(failures).not.toEqual([]);
});

test("reports an operation that is there only with the crash, though the result is the same", async () => {
  let invocations = 0;
  const handler = withDurableExecution(async (_event: unknown, context) => {
    invocations += 1;
    const isFirst = invocations === 1;
    await context.step("work", async () => 1);
    if (!isFirst) await context.step("repair", async () => 1);
    return "done";
  });
  const { failures } = await exploreCrashes(handler, { beforeEach: () => void (invocations = 0) });
  expect(failures[0]?.message).toContain('Step "repair" (operation 2) is there only with the crash.');
});

test("compares only outcomes for a function that takes another path after a crash", async () => {
  const { bank, options } = paying();
  const wrapped = crashable(bank);
  const charged = {
    semantics: StepSemantics.AtMostOncePerRetry,
    retryStrategy: () => ({ shouldRetry: false }),
  };
  const handler = withDurableExecution(async (_event: unknown, context) => {
    try {
      await context.step("pay", () => wrapped.pay(5), charged);
    } catch {
      const paid = await context.step("look", async () => bank.balance > 0);
      if (!paid) await context.step("pay again", () => wrapped.pay(5), charged);
    }
    return "paid";
  });
  expect((await exploreCrashes(handler, options)).failures).not.toEqual([]);
  expect((await exploreCrashes(handler, { ...options, compare: "outcome" })).failures).toEqual([]);
});

test("reports the loser of a race as not awaited, unless it may be unfinished", async () => {
  const slow = new Promise<string>(() => undefined);
  const handler = withDurableExecution((_event: unknown, context) =>
    Promise.race([context.step("slow", () => slow), context.step("fast", async () => "fast")]),
  );
  const { failures } = await exploreCrashes(handler);
  expect(failures[0]?.problems).toEqual([
    'Step "slow" (operation 1) was still STARTED when the execution ended: it was not awaited. ' +
      'Await it, or pass unfinished: "allow" for the loser of a race.',
  ]);
  const allowed = await exploreCrashes(handler, { unfinished: "allow" });
  expect(allowed.failures).toEqual([]);
  expect(allowed.runs).toBeGreaterThan(3);
});

test("reports a checkpoint that the service has refused, if the code ended without noticing", async () => {
  const handler = withDurableExecution(async (_event: unknown, context) => {
    // oxlint-disable-next-line typescript/no-floating-promises
    context.step("x".repeat(300), async () => 1);
    return "done";
  });
  const { failures } = await exploreCrashes(handler);
  expect(failures.map(({ problems }) => problems)).toEqual([
    [
      expect.stringMatching(
        /^The execution succeeded as the service refused START and SUCCEED of step "x+": .*length less than or equal to 256 Its operations are lost: await them\.$/,
      ),
    ],
  ]);
});

test("reports the misuse of a context alone, not what it leaves behind", async () => {
  const handler = withDurableExecution((_event: unknown, context) =>
    context.runInChildContext("child", async () => context.step("wrong", async () => 1)),
  );
  const { failures } = await exploreCrashes(handler);
  expect(failures.map(({ problems }) => problems)).toEqual([
    [expect.stringContaining('Context usage error in "step"')],
  ]);
});

test("runs only the check of a step that a crash fails, because it runs at most once", async () => {
  const { bank, options } = paying();
  const wrapped = crashable(bank);
  const handler = withDurableExecution((_event: unknown, context) =>
    context.step("pay", () => wrapped.pay(5), {
      semantics: StepSemantics.AtMostOncePerRetry,
      retryStrategy: () => ({ shouldRetry: false }),
    }),
  );
  const check = ({ status }: Simulation) => {
    if (status === "SUCCEEDED") expect(bank.balance).toBe(5);
    else expect(bank.balance).toBeLessThanOrEqual(5);
  };
  expect((await exploreCrashes(handler, { ...options, check })).failures).not.toEqual([]);
  const checked = await exploreCrashes(handler, { ...options, check, compare: "none" });
  expect(checked.failures).toEqual([]);
  const wrong = await exploreCrashes(handler, {
    ...options,
    check: ({ status }) => expect(status).toBe("SUCCEEDED"),
    compare: "none",
  });
  expect(wrong.failures).not.toEqual([]);
});

test("code that is still running does not touch the next run", async () => {
  const { bank } = paying();
  const wrapped = crashable(bank);
  const continueCode: (() => void)[] = [];
  const handler = withDurableExecution(async (_event: unknown, context) => {
    // oxlint-disable-next-line typescript/no-floating-promises
    new Promise<void>((resolve) => continueCode.push(resolve)).then(() => wrapped.pay(100));
    return context.step("work", () => tick());
  });
  const { runs, failures } = await exploreCrashes(handler, {
    beforeEach: () => continueCode.splice(0).forEach((resolve) => resolve()), // the code of the run before
    check: () => expect(bank.balance).toBe(0),
  });
  expect(runs).toBeGreaterThan(3);
  expect(failures).toEqual([]);
});
