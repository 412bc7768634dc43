/**
 * Refuses to start while the timers of JavaScript are fake: the durable SDK waits for timers and immediates of its own,
 * which fake ones never fire.
 *
 * @throws Error that tells how to switch them off
 */
export function refuseFakeTimers(): void {
  if (!isFake(globalThis.setTimeout) && !isFake(globalThis.setImmediate)) return;
  throw new Error(
    "Fake timers are active, so the durable SDK would wait forever. Virtual time needs none: call vi.useRealTimers(), " +
      "jest.useRealTimers() or mock.timers.reset() first. To fake the date alone, use " +
      'vi.useFakeTimers({ toFake: ["Date"] }) or jest.useFakeTimers({ doNotFake: [every other name] }).',
  );
}

/** The marks of vitest, jest and bun (`clock`), of jest's legacy timers, and of node:test (a bound private method). */
function isFake(timer: object & { readonly name: string }): boolean {
  return "clock" in timer || "_isMockFunction" in timer || timer.name.startsWith("bound #");
}
