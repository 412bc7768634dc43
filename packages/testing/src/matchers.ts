import { inspect } from "node:util";
import { exploreCrashes } from "./crashes/explore-crashes.ts";
import type { ExploreCrashesOptions } from "./crashes/options.ts";
import { formatValue } from "./format-value.ts";
import type { DurableHandler } from "./service/durable-handler.ts";
import type { DurableOperation } from "./service/durable-operation.ts";
import type { Simulation } from "./simulator/simulation.ts";

/** An operation that a test expects: its name, or some of its properties. */
export type ExpectedOperation = string | Partial<DurableOperation>;

/**
 * The matchers, for the type declarations of vitest and jest.
 *
 * @example
 * ```ts
 * declare module "vitest" {
 *   interface Matchers<R extends void | Promise<void>, T> extends DurableMatchers<R, T> {}
 * }
 * ```
 */
export interface DurableMatchers<Returned = unknown, _Received = unknown> {
  /** Whether a simulation succeeded with this result. */
  toHaveSucceededWith(result: unknown): Returned;
  /** Whether a simulation or a FakeContext has exactly these operations, in start order. */
  toHaveOperations(operations: readonly ExpectedOperation[]): Returned;
  /** Whether `exploreCrashes` finds no failure of a handler. */
  toSurviveCrashes(options?: ExploreCrashesOptions): Promise<Returned>;
}

/** What vitest, jest and bun pass to a matcher as `this`. */
interface MatcherContext {
  equals(one: unknown, other: unknown): boolean;
  /** Bun has no `diff`. */
  readonly utils: { diff?(expected: unknown, received: unknown): string | null | undefined };
}

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * Matchers for the `expect` of vitest, jest and bun.
 *
 * @example
 * ```ts
 * expect.extend(durableMatchers);
 * expect(await simulate(handler)).toHaveSucceededWith("shipped");
 * ```
 */
export const durableMatchers = {
  toHaveSucceededWith(this: MatcherContext, simulation: Simulation, result: unknown): MatcherResult {
    checkReceived(simulation, "status", "toHaveSucceededWith");
    const { status, error } = simulation;
    const found = status === "SUCCEEDED" ? { status, result: simulation.result } : { status, error };
    return compare(this, { status: "SUCCEEDED", result }, found, "to have succeeded with", result);
  },

  toHaveOperations(
    this: MatcherContext,
    simulation: Pick<Simulation, "operations">,
    expected: readonly ExpectedOperation[],
  ): MatcherResult {
    checkReceived(simulation, "operations", "toHaveOperations");
    const { operations } = simulation;
    const wanted = expected.map((each) => (typeof each === "string" ? { name: each } : each));
    const found = operations.map((operation, index) => pick(operation, wanted[index] ?? { name: "" }));
    return compare(this, wanted, found, "to have the operations", expected);
  },

  async toSurviveCrashes(
    this: MatcherContext,
    handler: DurableHandler<unknown>,
    options: ExploreCrashesOptions = {},
  ): Promise<MatcherResult> {
    const { points, failures } = await exploreCrashes(handler, options);
    return {
      pass: failures.length === 0,
      message: () =>
        failures.length === 0
          ? `expected a crash at one of ${points} points to break the handler`
          : `expected the handler to survive crashes, but ${failures.length} break it:\n\n` +
            failures.map(({ message }) => message).join("\n\n"),
    };
  },
};

/**
 * Without it, `expect(simulate(handler)).not.toHaveSucceededWith(5)`, which lacks an `await`, would pass for every handler.
 *
 * @throws TypeError for a promise, and for a value of another kind
 */
function checkReceived(received: unknown, key: keyof Simulation, matcher: string): void {
  if (typeof received === "object" && received !== null && key in received) return;
  throw new TypeError(
    received instanceof Promise
      ? `${matcher} has got a promise; await it: expect(await simulate(handler)).${matcher}(…).`
      : `${matcher} has got ${formatValue(received)}; pass what simulate resolves to: ` +
          `expect(await simulate(handler)).${matcher}(…).`,
  );
}

function compare(
  context: MatcherContext,
  expected: unknown,
  found: unknown,
  what: string,
  value: unknown,
): MatcherResult {
  const pass = context.equals(found, expected);
  return {
    pass,
    message: () =>
      pass
        ? `expected the execution not ${what} ${formatValue(value)}`
        : `expected the execution ${what} ${formatValue(value)}\n\n${difference(context, expected, found)}`,
  };
}

/** Values are shown as deep as they go. */
const ALL = { depth: Infinity };

function difference({ utils }: MatcherContext, expected: unknown, found: unknown): string {
  if (utils.diff === undefined)
    return `Expected: ${inspect(expected, ALL)}\nReceived: ${inspect(found, ALL)}`;
  return utils.diff(expected, found) ?? "";
}

/** The properties of an operation that the test names, so that the difference shows only these. */
function pick(operation: DurableOperation, { ...expected }: Partial<DurableOperation>): object {
  return Object.fromEntries(
    Object.keys(expected).map((key) => [key, operation[key as keyof DurableOperation]]),
  );
}
