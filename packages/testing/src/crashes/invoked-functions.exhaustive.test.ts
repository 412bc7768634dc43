import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { describe, expect, test } from "vitest";
import { crashable } from "./crashable.ts";
import { exploreCrashes } from "./explore-crashes.ts";
import type { ExploreCrashesOptions } from "./options.ts";

interface Charge {
  readonly key?: string;
}

/** A bank that counts a charge with a known key once. */
class Bank {
  readonly #keys = new Set<string>();
  charges = 0;
  #first = Promise.withResolvers<void>();

  /** Resolves after the first charge. */
  get charged(): Promise<void> {
    return this.#first.promise;
  }

  charge({ key }: Charge = {}): void {
    if (key !== undefined && this.#keys.has(key)) return;
    if (key !== undefined) this.#keys.add(key);
    this.charges++;
    setImmediate(this.#first.resolve);
  }

  reset(): void {
    this.#keys.clear();
    this.charges = 0;
    this.#first = Promise.withResolvers();
  }
}

const order = withDurableExecution(async (_event: unknown, context: DurableContext) =>
  context.invoke("pay", "payments", {}),
);

function explore(
  charge: Charge,
  handler = order,
  wrap = crashable<Bank>,
  { bank = new Bank(), ...options }: ExploreCrashesOptions & { readonly bank?: Bank } = {},
) {
  const wrapped = wrap(bank, "bank");
  const payments = withDurableExecution(async (_event: unknown, context: DurableContext) => {
    await context.step("charge", async () => wrapped.charge(charge));
    return "paid";
  });
  return exploreCrashes(handler, {
    functions: { payments },
    beforeEach: () => bank.reset(),
    check: () => expect(bank.charges).toBe(1),
    ...options,
  });
}

describe("a durable function that is invoked", () => {
  test("crashes around its calls of dependencies, and failures name it", async () => {
    const { failures } = await explore({});
    const where = failures.map((failure) => failure.where);
    expect(where).toContain(
      'The process died after bank.charge ran, before its reply arrived, in the invoked function "payments"',
    );
    expect(where).toContain(
      'The process died before START and SUCCEED of step "charge" was stored, in the invoked function "payments"',
    );
    expect(where.every((each) => each.endsWith('in the invoked function "payments"'))).toBe(true);
  });

  test("survives if what it does is idempotent", async () => {
    const { failures, points } = await explore({ key: "order-7" });
    expect(failures).toEqual([]);
    const unwrapped = await explore({ key: "order-7" }, order, (bank) => bank);
    expect(points).toBe(unwrapped.points + 2);
  });

  test("dies alone while the function that invoked it runs", async () => {
    const bank = new Bank();
    const both = withDurableExecution(async (_event: unknown, context: DurableContext) => {
      const paid = context.invoke<unknown, string>("pay", "payments", {});
      // The body keeps the invocation from ending, so that the function is called in its midst.
      await Promise.all([paid, context.step("show", () => bank.charged)]);
      return paid;
    });
    // Each run takes a second, after which the SDK polls.
    let runs = 0;
    const check = () => expect(++runs, "the run without a crash").toBe(1);
    const [failure] = (await explore({}, both, crashable, { bank, crashes: [8], check })).failures;
    expect(failure?.where).toBe(
      'The process died after bank.charge ran, before its reply arrived, in the invoked function "payments"',
    );
    expect(failure?.message).toContain('as invocation 2 began, in the invoked function "payments"');
    expect(failure?.message).not.toContain("as invocation 3 began");
  });
});

test("the calls of a plain function are no crash points of the function that invokes it", async () => {
  const bank = new Bank();
  const wrapped = crashable(bank, "bank");
  const handler = withDurableExecution(async (_event: unknown, context: DurableContext) => {
    const paid = context.invoke("pay", "payments", {});
    await Promise.all([paid, context.step("show", () => bank.charged)]);
  });
  const payments = async () => wrapped.charge();
  const { failures } = await exploreCrashes(handler, {
    functions: { payments },
    crashes: [1],
    check: () => {
      throw new Error("show the timeline");
    },
  });
  expect(failures.map(({ message }) => message).join()).not.toContain("bank.charge");
});

test("a durable function that is invoked may not end while it calls a dependency", async () => {
  const wrapped = crashable({ charge: () => new Promise(() => {}) }, "bank");
  const payments = withDurableExecution(async (_event: unknown, context: DurableContext) => {
    await context.step("charge", async () => void wrapped.charge());
    return "paid";
  });
  const { failures } = await exploreCrashes(order, { functions: { payments }, crashes: [] });
  expect(failures.map(({ message }) => message).join()).toContain("bank.charge");
});
