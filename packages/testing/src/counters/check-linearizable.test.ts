import { decrement, get, increment, type Limits } from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLinearizableByDefinition } from "./brute-force.fixture.ts";
import { checkLinearizable } from "../linearizability/check-linearizable.ts";
import { counterModel } from "./counter-model.ts";
import type { CounterInput, CounterOperation, CounterOutput } from "./counter-operation.ts";
import type { HistoryOperation } from "../linearizability/history.ts";
import type { SequentialModel, StepModel } from "../linearizability/model.ts";

/** An operation that was answered. */
function seen(start: number, end: number, input: CounterInput, output: CounterOutput): CounterOperation {
  return { start, end, input, output };
}

/** One that was sent, and no more is known. */
function sent(start: number, input: CounterInput): CounterOperation {
  return { start, input };
}

function isLinearizable(...history: readonly CounterOperation[]): boolean {
  return checkLinearizable(history).linearizable;
}

describe("what a history may show", () => {
  test("nothing at all", () => {
    expect(checkLinearizable([])).toEqual({ linearizable: true, order: [] });
  });

  test("one after the other", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 1), seen(4, 5, decrement(), 0))).toBe(
      true,
    );
  });

  test("what was called at once, in either order", () => {
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 0))).toBe(true);
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 1))).toBe(true);
  });

  test("a refusal, of a counter that was at its limit", () => {
    const up = { commands: [increment()], limits: { max: 1 } };
    expect(isLinearizable(seen(0, 1, up, 1), seen(2, 3, up, "limit-exceeded"))).toBe(true);
    expect(isLinearizable(seen(0, 1, up, "limit-exceeded"))).toBe(false);
  });

  test("a failed operation without effect", () => {
    const failed: CounterOperation = { start: 0, end: 1, input: increment(), outcome: "failed" };
    expect(isLinearizable(failed, seen(2, 3, get(), 0))).toBe(true);
    expect(isLinearizable(failed, seen(2, 3, get(), 1))).toBe(false);
  });

  test("a failed operation that answers something must be right, and without effect", () => {
    const failed = (output: CounterOutput): CounterOperation => ({
      ...seen(0, 1, { commands: [increment()], limits: { max: 0 } }, output),
      outcome: "failed",
    });
    expect(isLinearizable(failed("limit-exceeded"))).toBe(true);
    expect(isLinearizable({ ...failed(1), input: increment() })).toBe(false);
  });

  test("an answer that nobody looked at", () => {
    const blind: CounterOperation = { start: 0, end: 1, input: increment(5) };
    expect(isLinearizable(blind, seen(2, 3, get(), 5))).toBe(true);
    expect(isLinearizable(blind, seen(2, 3, get(), 0))).toBe(false);
  });
});

describe("what it may not show", () => {
  test("a lost update", () => {
    expect(isLinearizable(seen(0, 3, increment(), 1), seen(1, 4, increment(), 1))).toBe(false);
  });

  test("a stale read after a write was acknowledged", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 0))).toBe(false);
  });

  test("two reads of concurrent writes that go back in time", () => {
    expect(isLinearizable(seen(0, 9, increment(), 1), seen(1, 2, get(), 1), seen(3, 4, get(), 0))).toBe(
      false,
    );
  });

  test("an increment that counted twice", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(2, 3, get(), 2))).toBe(false);
  });

  test("a value that never was", () => {
    expect(isLinearizable(seen(0, 5, increment(2), 2), seen(1, 4, get(), 1))).toBe(false);
  });

  test("a batch that others saw half of", () => {
    const batch = { commands: [increment(1), increment(1)] };
    expect(isLinearizable(seen(0, 5, batch, 2), seen(1, 4, get(), 1))).toBe(false);
  });

  test("a receipt whose results do not fit its value", () => {
    const receipt = (before: number) => ({
      value: 1,
      results: [{ type: "increment", before, after: 1 }] as const,
    });
    expect(isLinearizable(seen(0, 1, increment(), receipt(0)))).toBe(true);
    expect(isLinearizable(seen(0, 1, increment(), receipt(1)))).toBe(false);
  });
});

describe("an unknown outcome", () => {
  test("may be an effect", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 1))).toBe(true);
  });

  test("may be none", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 0))).toBe(true);
  });

  test("may be an effect long after, even where an end is told", () => {
    const lost: CounterOperation = { start: 0, end: 1, input: increment(), outcome: "unknown" };
    expect(isLinearizable(lost, seen(2, 3, get(), 0), seen(4, 5, get(), 1))).toBe(true);
  });

  test("is not an effect before its start", () => {
    expect(isLinearizable(seen(0, 1, get(), 1), sent(2, increment()))).toBe(false);
  });

  test("is one effect, not two", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 2))).toBe(false);
  });

  test("is no effect that is taken back", () => {
    expect(isLinearizable(sent(0, increment()), seen(1, 2, get(), 1), seen(3, 4, get(), 0))).toBe(false);
  });

  test("is left out of the order where it was none", () => {
    const effect = sent(0, increment(2));
    const none = sent(1, increment(4));
    const read = seen(2, 3, get(), 2);
    expect(checkLinearizable([effect, none, read])).toEqual({ linearizable: true, order: [effect, read] });
  });
});

describe("an idempotency key", () => {
  const once = (idempotencyKey = "t", amount = 1) => ({ commands: [increment(amount)], idempotencyKey });

  test("counts once, however often the batch is sent", () => {
    const again = { value: 1, replayed: true };
    expect(isLinearizable(sent(0, once()), seen(2, 3, once(), again), seen(4, 5, get(), 1))).toBe(true);
    expect(isLinearizable(sent(0, once()), seen(2, 3, once(), 1), seen(4, 5, get(), 2))).toBe(false);
    expect(isLinearizable(seen(0, 1, once(), 1), seen(2, 3, once(), 2))).toBe(false);
  });

  test("is replayed only if it was there", () => {
    expect(isLinearizable(seen(0, 1, once(), { value: 1, replayed: true }))).toBe(false);
    expect(isLinearizable(seen(0, 1, once(), 1), seen(2, 3, once(), { value: 1, replayed: false }))).toBe(
      false,
    );
  });

  test("may be used up by a try that comes after its retry", () => {
    const first = { value: 1, replayed: false };
    expect(isLinearizable(sent(0, once()), seen(2, 3, once(), first), seen(4, 5, get(), 1))).toBe(true);
  });

  test("is answered with the first results though others counted meanwhile", () => {
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

  test("that was refused to a caller is refused to them for good, and to nobody else", () => {
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
    const receipt = { value: 1, replayed: false };
    expect(isLinearizable(seen(0, 1, once(), 1), deletion, seen(4, 5, once(), receipt))).toBe(true);
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
  test("has the limits and the initial value of its store, unless a request brings its own", () => {
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

  test("starts anew when it was deleted", () => {
    const deletion = seen(2, 3, { type: "delete" }, undefined);
    expect(isLinearizable(seen(0, 1, increment(), 1), deletion, seen(4, 5, get(), 0))).toBe(true);
    expect(isLinearizable(seen(0, 1, increment(), 1), deletion, seen(4, 5, get(), 1))).toBe(false);
  });
});

describe("time", () => {
  test("that touches is concurrent", () => {
    expect(isLinearizable(seen(0, 1, increment(), 1), seen(1, 2, get(), 0))).toBe(true);
    expect(isLinearizable(seen(0, 1, get(), 1), seen(1, 2, increment(), 1))).toBe(true);
    expect(isLinearizable(seen(1, 1, increment(), 1), seen(1, 1, get(), 0))).toBe(true);
  });

  test("may be given in any order, by any clock", () => {
    const history = [seen(2.5, 3.25, get(), 1), seen(-1e9, -1, increment(), 1)];
    expect(checkLinearizable(history)).toMatchObject({ order: [{ output: 1, start: -1e9 }, { start: 2.5 }] });
  });
});

describe("keys", () => {
  const on = (key: string, operation: CounterOperation) => ({ ...operation, key });

  test("are counters of their own", () => {
    expect(isLinearizable(on("a", seen(0, 1, increment(), 1)), on("b", seen(2, 3, get(), 0)))).toBe(true);
  });

  test("are named where one is wrong", () => {
    const result = checkLinearizable([on("a", seen(0, 1, increment(), 1)), on("b", seen(2, 3, get(), 1))]);
    expect(result).toMatchObject({ linearizable: false, key: "b" });
    expect(result).toHaveProperty("message", expect.stringContaining('of this operation on "b".'));
  });

  test("come together in one order that keeps to real time", () => {
    const history = [
      on("a", seen(0, 9, increment(), 2)),
      on("b", seen(1, 2, increment(), 1)),
      on("a", seen(3, 4, increment(), 1)),
      on("b", seen(5, 6, increment(), 2)),
    ];
    const result = checkLinearizable(history);
    expect(result).toEqual({ linearizable: true, order: [history[1], history[2], history[0], history[3]] });
  });
});

describe("any model", () => {
  const register: SequentialModel<string | undefined, { write?: string }, string | undefined> = {
    initial: undefined,
    apply: (state, { write }) =>
      write === undefined ? { state, output: state } : { state: write, output: undefined },
  };
  const operation = (
    start: number,
    write?: string,
    output?: string,
  ): HistoryOperation<{ write?: string }, string | undefined> => ({
    start,
    end: start + 1,
    input: write === undefined ? {} : { write },
    output,
  });

  test("as an object that applies", () => {
    expect(checkLinearizable([operation(0, "x"), operation(2, undefined, "x")], register).linearizable).toBe(
      true,
    );
    expect(checkLinearizable([operation(0, "x"), operation(2)], register).linearizable).toBe(false);
    expect(checkLinearizable([operation(0), operation(2, "x")], register).linearizable).toBe(true);
  });

  test("as steps that judge an output, for objects with a choice", () => {
    /** A bag: takes any of what was put in. */
    const bag: StepModel<readonly string[], { put?: string }, string> = {
      initial: [],
      step: (state, { put }, output) => {
        if (put !== undefined) return [...state, put].toSorted();
        if (output === undefined) return state.slice(1);
        return state.includes(output) ? state.toSpliced(state.indexOf(output), 1) : undefined;
      },
    };
    const put = (start: number, what: string) => ({ start, end: start + 1, input: { put: what } });
    const take = (start: number, output: string) => ({ start, end: start + 1, input: {}, output });
    expect(checkLinearizable([put(0, "x"), put(2, "y"), take(4, "y"), take(6, "x")], bag).linearizable).toBe(
      true,
    );
    expect(checkLinearizable([put(0, "x"), put(2, "y"), take(4, "y"), take(6, "y")], bag)).toMatchObject({
      linearizable: false,
      message: expect.stringContaining('{} → "y"'),
    });
  });

  test("needs a hash for a state that hides what it holds", () => {
    class Box {
      readonly #inside = 1;
      open = () => this.#inside;
    }
    const model = { initial: new Box(), apply: (state: Box) => ({ state, output: state.open() }) };
    const history = [{ start: 0, end: 1, input: 1, output: 1 }];
    expect(() => checkLinearizable(history, model)).toThrow(
      'An instance of Box is part of the state; give the model a "hash(state)".',
    );
    expect(checkLinearizable(history, { ...model, hash: () => "box" }).linearizable).toBe(true);
  });
});

describe("an explanation", () => {
  test("is the operations that contradict each other, with a picture", () => {
    const by = (process: string, operation: CounterOperation) => ({ ...operation, process });
    const result = checkLinearizable([
      by(
        "till 1",
        seen(0, 4, increment(5), { value: 5, results: [{ type: "increment", before: 0, after: 5 }] }),
      ),
      by(
        "till 2",
        seen(3, 8, increment(2), { value: 7, results: [{ type: "increment", before: 5, after: 7 }] }),
      ),
      by("audit", seen(9, 10, get(), 5)),
      by("till 1", seen(11, 12, get(), 7)),
    ]);
    expect(result).toHaveProperty(
      "message",
      `
Not linearizable: no order explains the answers of these 2 operations.

  till 2  increment 2: 5 → 7  ├──┤
  audit   get: 5                    ├──┤

The other 2 do not matter: it is so whether or not they took effect.`.trimStart(),
    );
  });

  test("is a contradiction by itself", () => {
    fc.assert(
      fc.property(histories({ maxLength: 12 }), (history) => {
        const result = checkLinearizable(history);
        fc.pre(!result.linearizable);
        expect(checkLinearizable(result.explanation).linearizable).toBe(false);
      }),
    );
  });

  test("blames nobody whose answer is explained by what came later", () => {
    const slow = seen(0, 20, increment(1), 5);
    const wrong = seen(2, 3, get(), 1);
    const later = seen(10, 11, increment(4), 4);
    expect(checkLinearizable([slow, wrong, later])).toMatchObject({ explanation: [slow, wrong] });
    expect(isLinearizable(slow, later)).toBe(true);
  });

  test("of a long history is short all the same", () => {
    const history = executed(300, 8, 1).concat(seen(1e6, 1e6 + 1, get(), 50));
    const result = checkLinearizable(history);
    expect(result).toHaveProperty("explanation", [history.at(-2), history.at(-1)]);
  });

  test("of what cannot be explained in short shows the end", () => {
    const blind = Array.from({ length: 30 }, (_, index): CounterOperation => ({
      start: 2 * index,
      end: 2 * index + 1,
      input: increment(),
    }));
    const result = checkLinearizable([...blind, seen(100, 101, get(), 29)]);
    expect(result).toHaveProperty("explanation.length", 31);
    expect(result).toHaveProperty(
      "message",
      expect.stringContaining(
        "\n  … 11 before, which lead to the state that these find\n  increment 1: ?  ├──┤",
      ),
    );
  });
});

describe("the checker", () => {
  test("agrees with the definition", () => {
    fc.assert(
      fc.property(histories({ maxLength: 6 }), (history) => {
        expect(isLinearizable(...history)).toBe(isLinearizableByDefinition(history));
      }),
      { numRuns: 2_000 },
    );
  });

  test("accepts what was executed, and gives an order that the definition accepts", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (seed, length, processes) => {
          const result = checkLinearizable(executed(length, processes, seed));
          expect(result.linearizable).toBe(true);
        },
      ),
    );
  });

  test("rejects one changed answer where the definition does", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        fc.integer({ min: -3, max: 3 }),
        (seed, length, at, by) => {
          const history = executed(length, 3, seed);
          const index = at % history.length;
          const changed = history.map((operation, each) =>
            each === index && typeof operation.output === "number"
              ? { ...operation, output: operation.output + by }
              : operation,
          );
          expect(isLinearizable(...changed)).toBe(isLinearizableByDefinition(changed));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("visits few configurations of 1,000 operations by 8 processes", () => {
    expect(checkLinearizable(executed(1_000, 8, 7), undefined, { budget: 20_000 }).linearizable).toBe(true);
  });

  test("places what changes nothing at once, however much of it is under way together", () => {
    const limits = { min: 0 };
    const history = [1, 2, 4, 8, 16, 32].map((amount) => seen(0, 1_000, increment(amount), 2 * amount - 1));
    for (let n = 1; n <= 40; n++) {
      history.push(seen(0, 1_000, { commands: [decrement(100 + n)], limits }, "limit-exceeded"));
      history.push(seen(0, 1_000 + n, get(), 2 ** (n % 7) - 1));
    }
    expect(checkLinearizable(history, undefined, { budget: 500 }).linearizable).toBe(true);
  });

  test("gives up with an error, never an answer, when the budget ends", () => {
    const history = Array.from({ length: 24 }, (_, index) => sent(0, increment(2 ** index)));
    history.push(seen(1, 2, get(), -1));
    expect(() => checkLinearizable(history, undefined, { budget: 1_000 })).toThrow(
      "The history is too concurrent to be checked: no verdict after 1000 configurations. Of its 25 operations up " +
        "to 1 were under way at once, and 24 have an unknown outcome.",
    );
  });

  test("is not lost among like operations of unknown outcome", () => {
    const history = Array.from({ length: 60 }, (_, index) => sent(index, increment()));
    history.push(seen(100, 101, get(), 61));
    expect(checkLinearizable(history, undefined, { budget: 1_000 }).linearizable).toBe(false);
  });
});

describe("bad input", () => {
  test.each<[what: string, history: unknown, message: string]>([
    ["no array", {}, "history is {}; pass an array of operations."],
    ["no operation", [null], 'history[0] is null; pass an object with "start", "end", "input" and "output".'],
    ["no start", [{ input: get() }], "history[0].start is undefined; pass a finite number."],
    [
      "an endless end",
      [{ start: 0, end: Infinity, input: get() }],
      "history[0].end is Infinity; pass a finite number",
    ],
    [
      "an end before its start",
      [{ start: 2, end: 1, input: get() }],
      "history[0].end is 1; let it not be before its start, 2.",
    ],
    [
      "an answer without an end",
      [{ start: 2, outcome: "ok", input: get() }],
      "history[0].end is undefined; tell when",
    ],
    [
      "another outcome",
      [{ start: 2, outcome: "maybe", input: get() }],
      'history[0].outcome is "maybe"; pass "ok"',
    ],
    ["a key that is a number", [{ start: 2, key: 7, input: get() }], "history[0].key is 7; pass a string"],
    ["no input", [{ start: 2 }], "history[0].input is undefined; pass what the object was asked for."],
    ["no command", [{ start: 2, input: { type: "add" } }], 'history[0].input.type is "add"; pass a command'],
    [
      "a wrong amount",
      [{ start: 2, input: { commands: [{ type: "increment", amount: -1 }] } }],
      "history[0].input.commands[0].amount is -1",
    ],
  ])("%s is refused", (_what, history, message) => {
    // A caller without types may pass anything.
    expect(() => checkLinearizable(history as readonly CounterOperation[])).toThrow(message);
  });

  test("a budget that is none is refused", () => {
    expect(() => checkLinearizable([], undefined, { budget: 0 })).toThrow(
      "options.budget is 0; pass a whole number",
    );
  });
});

/** Histories of a few operations on one counter; most of the short ones are linearizable, most of the long ones not. */
function histories({ maxLength }: { readonly maxLength: number }): fc.Arbitrary<readonly CounterOperation[]> {
  const limits: fc.Arbitrary<Limits | undefined> = fc.constantFrom(
    undefined,
    undefined,
    { max: 2 },
    { min: 0 },
  );
  const commands = fc.constantFrom(
    [get()],
    [increment(1)],
    [increment(2)],
    [decrement(1)],
    [increment(1), increment(1)],
  );
  const input: fc.Arbitrary<CounterInput> = fc.oneof(
    { weight: 9, arbitrary: fc.record({ commands, limits }) },
    { weight: 1, arbitrary: fc.constant({ type: "delete" as const }) },
  );
  const operation = fc
    .tuple(fc.integer({ min: 0, max: 8 }), fc.nat({ max: 4 }), input, fc.nat({ max: 3 }), fc.nat({ max: 9 }))
    .map(([start, duration, input, value, dice]): CounterOperation => {
      if (dice < 2) return { start, input, outcome: "unknown" };
      const end = start + duration;
      if ("type" in input && input.type === "delete") return { start, end, input, output: undefined };
      return { start, end, input, output: dice === 2 ? "limit-exceeded" : value };
    });
  return fc.array(operation, { maxLength });
}

/** What processes saw of a counter that works: each took effect somewhere between its start and its end. */
function executed(length: number, processes: number, seed: number): readonly CounterOperation[] {
  const random = randomFrom(seed);
  const history: CounterOperation[] = [];
  const running = new Map<
    number,
    { readonly start: number; readonly input: CounterInput; output?: number }
  >();
  let value = 0;
  let begun = 0;
  for (let now = 0; history.length < length; now++) {
    const process = random(processes);
    const operation = running.get(process);
    if (operation === undefined) {
      if (begun === length) continue;
      begun += 1;
      const input = [get(), increment(1 + random(3)), decrement(1 + random(3))][random(3)] ?? get();
      running.set(process, { start: now, input });
    } else if (operation.output === undefined) {
      const { input } = operation;
      if ("amount" in input) value += input.type === "increment" ? input.amount : -input.amount;
      operation.output = value;
    } else {
      history.push({ process, end: now, ...operation });
      running.delete(process);
    }
  }
  return history;
}

function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
