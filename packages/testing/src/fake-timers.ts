/**
 * Refuses to start while the timers of JavaScript are fake: the durable SDK waits for timers and immediates of its own,
 * which fake ones fire only when the test says so.
 *
 * @throws Error that tells how to switch them off
 */
export function refuseFakeTimers(): void {
  if (!isFake(globalThis.setTimeout) && !isFake(globalThis.setImmediate)) return;
  throw new Error(
    "Fake timers are active, so the durable SDK would wait forever. Virtual time needs none: call vi.useRealTimers(), " +
      "jest.useRealTimers() or mock.timers.reset() first, or restore a mock of setTimeout or setImmediate. To fake the date alone, use " +
      'vi.useFakeTimers({ toFake: ["Date"] }) or jest.useFakeTimers({ doNotFake: [every other name] }).',
  );
}

/**
 * The marks of vitest, jest and bun (`clock`), of jest's legacy timers, and of node:test (a bound private method). Timers
 * that advance with real time, as those of AWS's local runner, do no harm.
 */
function isFake(timer: object & { readonly name: string; readonly clock?: unknown }): boolean {
  if (timer.clock !== undefined) return !advancesWithRealTime(timer.clock);
  return "_isMockFunction" in timer || timer.name.startsWith("bound #");
}

/** As @sinonjs/fake-timers tells it since version 15, and before. */
function advancesWithRealTime(clock: unknown): boolean {
  const { tickMode, attachedInterval } = Object(clock) as {
    readonly tickMode?: { readonly mode?: unknown };
    readonly attachedInterval?: unknown;
  };
  return attachedInterval !== undefined || (tickMode?.mode !== undefined && tickMode.mode !== "manual");
}
