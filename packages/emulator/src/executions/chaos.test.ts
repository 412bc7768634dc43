import { seededRandom } from "@durable-counter/testing/service";
import { expect, test } from "vitest";
import type { RunningInvocation } from "../functions/lambda-function.ts";
import { Chaos } from "./chaos.ts";

const ALWAYS = { rate: 1, seed: 1 };

/** An invocation whose process takes its time to end. */
function running(): RunningInvocation & { kills: number } {
  return {
    kills: 0,
    ended: new Promise(() => {}),
    kill() {
      this.kills++;
    },
  };
}

test("an invocation that is struck twice before its process has ended is killed, and counted, once", () => {
  const [chaos, invocation] = [new Chaos(ALWAYS, seededRandom(1)), running()];
  expect(chaos.kill(invocation)).toBe(true);
  expect(chaos.kill(invocation)).toBe(false);
  expect([chaos.kills, invocation.kills]).toEqual([1, 1]);
});

test("no more invocations are struck or killed than maxKills", () => {
  const chaos = new Chaos({ ...ALWAYS, maxKills: 1 }, seededRandom(1));
  expect(chaos.strikes("reply")).toBe(true);
  expect(chaos.kill(running())).toBe(true);
  expect(chaos.strikes("reply")).toBe(false);
  const late = running();
  expect(chaos.kill(late)).toBe(false); // it was struck before the first was killed
  expect(late.kills).toBe(0);
});
