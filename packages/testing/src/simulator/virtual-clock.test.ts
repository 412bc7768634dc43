import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

test("fires in the order of time, and of setting at the same time", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 5 })), (delays) => {
      const clock = new VirtualClock();
      const begin = clock.now;
      const fired: { delay: number; index: number }[] = [];
      for (const [index, delay] of delays.entries()) {
        clock.at(begin + delay, () => {
          expect(clock.now).toBe(begin + delay);
          fired.push({ delay, index });
        });
      }

      while (clock.jump());

      expect(fired).toEqual(fired.toSorted((a, b) => a.delay - b.delay || a.index - b.index));
      expect(fired).toHaveLength(delays.length);
    }),
  );
});

test("fires together what is due together, and nothing that was cancelled", () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  const cancelled = clock.at(clock.now + 10, () => fired.push("cancelled"));
  for (const name of ["a", "b"]) clock.at(clock.now + 10, () => fired.push(name));
  clock.at(clock.now + 20, () => fired.push("later"));
  clock.cancel(cancelled);

  clock.jump();

  expect(fired).toEqual(["a", "b"]);
});

test("never goes back", () => {
  const clock = new VirtualClock();
  const begin = clock.now;
  clock.at(begin - 1_000, () => undefined);
  clock.jump();
  clock.jumpTo(begin - 1);

  expect(clock.now).toBe(begin);
  expect(clock.jump()).toBe(false);
});
