import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeClock } from "./fake-clock.ts";

test("fires timers in the order of time, and of setting within one moment", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 40 }), async (delays) => {
      const clock = new FakeClock(0);
      const rung: [at: number, index: number][] = [];
      await Promise.all(
        delays.map((seconds, index) => clock.sleep(seconds).then(() => rung.push([clock.now, index]))),
      );
      const expected = delays.map((seconds, index) => [seconds * 1_000, index] as const);
      expect(rung).toEqual(expected.toSorted(([a, i], [b, j]) => a - b || i - j));
    }),
  );
});

test("stops while a body runs", async () => {
  const clock = new FakeClock(0);
  clock.hold();
  clock.hold();
  const nap = clock.sleep(1);
  await someTurns();
  clock.release();
  await someTurns();
  expect(clock.now).toBe(0);
  clock.release();
  await nap;
  expect(clock.now).toBe(1_000);
});

test("resolves checkpoints before functions, functions before answers, and answers before time passes", async () => {
  const clock = new FakeClock(0);
  const order: string[] = [];
  const note = (what: string) => (): unknown => order.push(what);
  await Promise.all([
    clock.sleep(0).then(note("time")),
    clock.turnOf("callbacks").then(note("callbacks")),
    clock.turnOf("functions").then(note("function")),
    clock.checkpoint().then(note("checkpoint")),
    clock.checkpoint().then(note("the same checkpoint")),
  ]);
  expect(order).toEqual(["checkpoint", "the same checkpoint", "function", "callbacks", "time"]);
});

test("does not fire a cancelled timer", async () => {
  const clock = new FakeClock(0);
  const rung: string[] = [];
  clock.cancel(clock.set(1, () => rung.push("cancelled")));
  await clock.sleep(2);
  expect(rung).toEqual([]);
});

test("rejects all sleeps with the error when it is stopped", async () => {
  const clock = new FakeClock(0);
  const error = new Error("over");
  const waiting = [clock.sleep(1), clock.turnOf("functions"), clock.turnOf("callbacks")];
  clock.stop(error);
  for (const each of [...waiting, clock.sleep(1), clock.turnOf("callbacks")])
    await expect(each).rejects.toBe(error);
});

test.each([-1, NaN, Infinity])("refuses a timer in %s s", (seconds) => {
  expect(() => new FakeClock(0).set(seconds, () => {})).toThrow(RangeError);
});

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}
