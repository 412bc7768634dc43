import fc from "fast-check";
import { expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import { isImpossibleWhenRelaxed } from "./relaxed-check.ts";
import { search, type Call } from "./search.ts";

/** Adds, up to 9; some insist on the sum they find. */
const call = fc
  .record({
    start: fc.nat({ max: 8 }),
    duration: fc.oneof(fc.nat({ max: 4 }), fc.constant(Infinity)),
    add: fc.nat({ max: 2 }),
    finds: fc.option(fc.nat({ max: 4 })),
    required: fc.boolean(),
  })
  .map(({ start, duration, add, finds, required }): Call<number> => {
    const relaxed = {
      start,
      deadline: start + duration,
      required: required && duration < Infinity,
      isIdle: false,
    };
    return {
      ...relaxed,
      kind: JSON.stringify([add, finds, relaxed.required]),
      advance: (state) =>
        finds === null || finds === state ? { state: Math.min(9, state + add) } : undefined,
    };
  });

const specification = { initial: [0], hash: String };

test("what is impossible in the relaxed check is impossible", () => {
  let impossible = 0;
  fc.assert(
    fc.property(
      fc.array(call, { minLength: 1, maxLength: 7 }),
      fc.func(fc.boolean()),
      (calls, isConstrained) => {
        const constrained = new Set(calls.filter((each) => isConstrained(each)));
        const relaxed = calls.map((each): Call<number> =>
          constrained.has(each) ? each : { ...each, required: false, kind: "", advance: addOf(each) },
        );
        const all = relaxed.map((each, index) =>
          each.kind === "" ? { ...each, kind: String(index) } : each,
        );
        if (!isImpossibleWhenRelaxed(all, constrained, specification, 10_000).isImpossible) return;
        impossible += 1;
        expect(search(all, specification, 10_000).verdict).toBe("impossible");
      },
    ),
    { numRuns: randomRuns(3_000) },
  );
  expect(impossible).toBeGreaterThan(100);
});

test("a call that ends as the first constrained call begins can take effect after it", () => {
  const at = (start: number, deadline: number, kind: string, advance: Call<number>["advance"]) => ({
    start,
    deadline,
    required: true,
    isIdle: false,
    kind,
    advance,
  });
  const finds = (value: number) => (state: number) => (state === value ? { state } : undefined);
  const [add, before, after] = [
    at(0, 10, "add", (state) => (state === 0 ? { state: 1 } : undefined)),
    at(10, 20, "finds 0", finds(0)),
    at(10, 20, "finds 1", finds(1)),
  ];
  const constrained = new Set([before, after]);
  expect(search([add, before, after], specification, 1_000).verdict).toBe("linearizable");
  expect(isImpossibleWhenRelaxed([add, before, after], constrained, specification, 1_000)).toMatchObject({
    isImpossible: false,
  });
});

test("gives up if too many states can be reached", () => {
  const doubling = Array.from({ length: 40 }, (_, index): Call<number> => ({
    start: 0,
    deadline: 1,
    required: false,
    isIdle: false,
    kind: String(index),
    advance: (state) => ({ state: state + 2 ** index }),
  }));
  const never: Call<number> = {
    start: 2,
    deadline: 3,
    required: true,
    isIdle: false,
    kind: "never",
    advance: () => undefined,
  };
  const result = isImpossibleWhenRelaxed([...doubling, never], new Set([never]), specification, 1_000);
  expect(result).toEqual({ isImpossible: false, visited: 1_000 });
});

/** What a call does when nobody minds what it finds. */
function addOf({ kind }: Call<number>): Call<number>["advance"] {
  const [add] = JSON.parse(kind) as [number]; // as written above
  return (state) => ({ state: Math.min(9, state + add) });
}
