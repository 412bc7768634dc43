import { VirtualClock } from "./virtual-clock.ts";

/** An execution that can be invoked until it suspends. */
interface Invocable {
  invoke(): Promise<void>;
}

/**
 * Runs one thing after the other, always in the same order, so that each simulation is reproducible: first the
 * executions that have something to do, then scheduled tasks (invoked functions and answers to callbacks), then the
 * next timer of the virtual clock.
 *
 * The loop runs when an invocation has ended, or when the SDK polls the service while a step body keeps its invocation
 * from ending.
 */
export class EventLoop {
  readonly clock = new VirtualClock();
  readonly #invocable = new Set<Invocable>();
  readonly #tasks: (() => Promise<void>)[] = [];

  /** Invokes the execution when its turn comes. */
  invokeLater(execution: Invocable): void {
    this.#invocable.add(execution);
  }

  /** Runs the task when no execution has anything to do. */
  schedule(task: () => Promise<void>): void {
    this.#tasks.push(task);
  }

  /** Runs until everything waits for virtual time to pass. */
  async runUntilIdle(): Promise<void> {
    for (;;) {
      const [execution] = this.#invocable;
      if (execution !== undefined) {
        this.#invocable.delete(execution);
        await execution.invoke();
        continue;
      }
      const task = this.#tasks.shift();
      if (task === undefined) return;
      await task();
    }
  }

  /** Runs until nothing is left to do and no timer is set. */
  async run(): Promise<void> {
    do await this.runUntilIdle();
    while (this.clock.jump());
  }
}
