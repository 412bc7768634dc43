import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { afterAll, expect, test, vi } from "vitest";
import { ExecutionRegistry } from "../simulator/execution-registry.ts";
import { crashable } from "./crashable.ts";
import { exploreCrashes } from "./explore-crashes.ts";

afterAll(() => void vi.resetModules());

/** The kit as a second module, as its CommonJS build is beside its ESM build. */
async function secondCopy() {
  vi.resetModules();
  const { crashable: other } = await import("./crashable.ts");
  expect(other).not.toBe(crashable);
  const { simulate } = await import("../simulator/simulate.ts");
  return { crashable: other, simulate };
}

test("a dependency that another copy of the kit wraps crashes as well", async () => {
  const copy = await secondCopy();
  const explore = (wrap: typeof crashable) => {
    const bank = { payments: 0, pay: async () => void bank.payments++ };
    const wrapped = wrap(bank, "bank");
    const handler = withDurableExecution(async (_event: unknown, context) => {
      await context.step("pay", () => wrapped.pay());
    });
    return exploreCrashes(handler, {
      beforeEach: () => void (bank.payments = 0),
      check: () => expect(bank.payments).toBe(1),
    });
  };
  const own = await explore(crashable);
  expect(own.failures.length).toBeGreaterThan(0);
  expect(await explore(copy.crashable)).toEqual(own);
});

test("a registry of another copy of the kit is accepted", async () => {
  const { simulate } = await secondCopy();
  const handler = withDurableExecution(async () => "done");
  const options = { executionName: "order-7", started: new ExecutionRegistry() };
  expect(await simulate(handler, options)).toBe(await simulate(handler, options));
});
