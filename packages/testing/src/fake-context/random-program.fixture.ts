import fc from "fast-check";

/** A durable function as data: its operations run one after another. */
export type Program = readonly Instruction[];

export type Instruction =
  | Step
  | { readonly do: "wait" }
  | { readonly do: "condition"; readonly polls: number; readonly ends: "well" | "badly" | "stateless" }
  | { readonly do: "child"; readonly body: Program; readonly virtual: boolean; readonly mapsErrors: boolean }
  | ({ readonly do: "map"; readonly items: number; readonly body: Program } & Batch)
  | ({ readonly do: "parallel"; readonly branches: readonly Program[] } & Batch)
  | {
      readonly do: "combine";
      readonly how: "all" | "allSettled" | "any" | "race";
      readonly of: readonly Instruction[];
    }
  | { readonly do: "callback"; readonly ends: CallbackEnd }
  | { readonly do: "waitForCallback"; readonly ends: CallbackEnd; readonly submitterFails: boolean }
  | { readonly do: "invoke"; readonly named: boolean; readonly fails: boolean; readonly value: ValueName }
  | { readonly do: "attempt"; readonly of: Instruction };

export interface Step {
  readonly do: "step";
  readonly value: ValueName;
  /** Attempts that throw. */
  readonly failures: number;
  readonly maxAttempts: number;
  readonly error: ErrorName;
  readonly atMostOnce: boolean;
}

export interface Batch {
  readonly maxConcurrency: number | undefined;
  readonly toleratedFailures: number | undefined;
  readonly flat: boolean;
  readonly named: boolean;
}

export type CallbackEnd = "completed" | "failed" | "timed out" | "silent";

/** What steps return: everything JSON carries, changes or drops. */
export const VALUES = {
  text: () => "text",
  number: () => 7,
  nothing: () => undefined,
  null: () => null,
  date: () => new Date(86_400_000),
  NaN: () => NaN,
  minusZero: () => -0,
  function: () => () => 1,
  map: () => new Map([[1, 2]]),
  nested: () => ({ list: [1, undefined, new Date(0)], gone: undefined, deep: { yes: true } }),
} satisfies Record<string, () => unknown>;
export type ValueName = keyof typeof VALUES;

/** What bodies throw. */
export const ERRORS = {
  plain: () => new Error("broken"),
  typed: () => new TypeError("wrong type"),
  named: () => Object.assign(new Error("lost on the wire"), { name: "Custom", code: 42 }),
  silent: () => new Error(""),
  text: () => "just text",
  alike: () => ({ name: "Alike", message: "no error at all" }),
} satisfies Record<string, () => unknown>;
export type ErrorName = keyof typeof ERRORS;

const value = fc.constantFrom(...(Object.keys(VALUES) as ValueName[]));
const error = fc.constantFrom(...(Object.keys(ERRORS) as ErrorName[]));
const batch = {
  maxConcurrency: fc.constantFrom(undefined, 1, 2),
  toleratedFailures: fc.constantFrom(undefined, 0, 1, 9),
  flat: fc.boolean(),
  named: fc.boolean(),
};

const leaf: fc.Arbitrary<Instruction> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("step" as const),
      value,
      failures: fc.constantFrom(0, 0, 0, 1, 2),
      maxAttempts: fc.integer({ min: 1, max: 2 }),
      error,
      atMostOnce: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("wait" as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("condition" as const),
      polls: fc.integer({ min: 1, max: 3 }),
      ends: fc.constantFrom("well", "badly", "stateless"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("invoke" as const),
      named: fc.boolean(),
      fails: fc.boolean(),
      value,
    }),
  },
);

const callback: fc.Arbitrary<Instruction> = fc.oneof(
  fc.record({
    do: fc.constant("callback" as const),
    ends: fc.constantFrom("completed", "failed", "timed out", "silent"),
  }),
  fc.record({
    do: fc.constant("waitForCallback" as const),
    ends: fc.constantFrom("completed", "failed", "timed out", "silent"),
    submitterFails: fc.boolean(),
  }),
);

/**
 * Invoked functions end at the same moment, and the SDK does not define which of them wins a race. At most one takes part.
 */
function withoutTies<Combination extends { how: string; of: readonly Instruction[] }>(
  combination: Combination,
): Combination {
  if (combination.how !== "any" && combination.how !== "race") return combination;
  const first = combination.of.findIndex((instruction) => instruction.do === "invoke");
  const of = combination.of.filter((instruction, index) => instruction.do !== "invoke" || index === first);
  return { ...combination, of };
}

/** Small programs that use every operation, alone and within one another. */
export const programs: fc.Arbitrary<Program> = fc.letrec<{ program: Program; instruction: Instruction }>(
  (tie) => ({
    program: fc.array(tie("instruction"), { maxLength: 3 }),
    instruction: fc.oneof(
      { maxDepth: 3, depthIdentifier: "program" },
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: callback },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant("child" as const),
          body: tie("program"),
          virtual: fc.boolean(),
          mapsErrors: fc.boolean(),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant("map" as const),
          items: fc.integer({ min: 0, max: 3 }),
          body: fc.array(leaf, { maxLength: 2 }),
          ...batch,
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant("parallel" as const),
          branches: fc.array(tie("program"), { maxLength: 3 }),
          ...batch,
        }),
      },
      {
        weight: 1,
        arbitrary: fc
          .record({
            do: fc.constant("combine" as const),
            how: fc.constantFrom("all", "allSettled", "any", "race"),
            of: fc.array(leaf, { minLength: 1, maxLength: 3 }),
          })
          .map(withoutTies),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("attempt" as const), of: tie("instruction") }) },
    ),
  }),
).program;
