import { VirtualClock } from "./virtual-clock.ts";

/** What can be run until it suspends. */
interface Runnable {
  invoke(): Promise<void>;
}

/**
 * What goes on around an invocation: other executions, functions and people who answer callbacks, and time. One
 * thing happens after the other, in a fixed order, so that a run is the same each time.
 *
 * The world moves when an invocation has ended, or when the SDK asks the service while a body keeps it from ending.
 */
export class World {
  readonly clock = new VirtualClock();
  readonly #awake = new Set<Runnable>();
  readonly #errands: (() => Promise<void>)[] = [];

  /** Lets an execution be invoked when its turn comes. */
  wake(execution: Runnable): void {
    this.#awake.add(execution);
  }

  /** Lets something be done when every execution is suspended. */
  errand(run: () => Promise<void>): void {
    this.#errands.push(run);
  }

  /** Runs until everybody waits for time to pass. */
  async settle(): Promise<void> {
    for (;;) {
      const [execution] = this.#awake;
      if (execution !== undefined) {
        this.#awake.delete(execution);
        await execution.invoke();
        continue;
      }
      const errand = this.#errands.shift();
      if (errand === undefined) return;
      await errand();
    }
  }

  /** Runs until nothing is left that could happen. */
  async run(): Promise<void> {
    do await this.settle();
    while (this.clock.jump());
  }
}
