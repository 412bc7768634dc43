import { expect, test } from "vitest";
import { applyFault } from "./apply-fault.ts";
import type { Fault } from "./fault.ts";
import type { Reply } from "./upstream.ts";

/** What happens, in order, to a request that meets the fault. */
async function stepsOf(fault: Fault, chance: number): Promise<readonly string[]> {
  const steps: string[] = [];
  const reply = (status: number): Reply => ({ status, headers: {}, body: Buffer.from("{}") });
  const note = async <T>(step: string, value: T) => {
    await Promise.resolve();
    steps.push(step);
    return value;
  };
  await applyFault(
    { fault, chance },
    {
      operation: "UpdateItem",
      body: Buffer.from("{}"),
      trace: { seed: 1, request: 1 },
      exchange: {
        read: () => Promise.reject(new Error("It was read already.")),
        answer: ({ status }) => steps.push(`answer ${status}`),
        cut: () => steps.push("cut"),
        reset: () => steps.push("reset"),
      },
      execute: () => note("execute", reply(200)),
      delay: () => note("wait", undefined),
    },
  );
  return steps;
}

// A client that hears of a fault which happens after the write must find the write done.
test.each<[Fault, number, readonly string[]]>([
  ["lose-request", 0, []],
  ["lose-reply", 0, ["execute"]],
  ["reset-before", 0, ["reset"]],
  ["reset-after", 0, ["execute", "reset"]],
  ["server-error", 0, ["answer 500"]],
  ["server-error-after", 0, ["execute", "answer 500"]],
  ["cut-reply", 0, ["execute", "cut"]],
  ["throttle", 0, ["answer 400"]],
  ["conflict", 0, ["answer 400"]],
  ["delay", 0, ["wait", "execute", "answer 200"]],
  ["duplicate", 0.4, ["execute", "answer 200", "execute"]],
  ["duplicate", 0.6, ["execute", "execute", "answer 200"]],
])("%s by the chance %d: %j", async (fault, chance, steps) => {
  expect(await stepsOf(fault, chance)).toEqual(steps);
});
