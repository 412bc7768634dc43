import { AsyncResource } from "node:async_hooks";
import { VirtualClock } from "./virtual-clock.ts";

/** An execution that can be invoked until it suspends. */
interface Invocable {
  /** How many executions invoked each other until this one was invoked. */
  readonly depth: number;
  invoke(): Promise<void>;
}

/**
 * Runs one thing after the other, always in the same order, so that each simulation is reproducible: first scheduled
 * tasks (invoked functions and answers to callbacks), then the executions that have something to do, then the next timer
 * of the virtual clock. An execution that was invoked by another comes before it, so that an execution is invoked once for
 * everything that happens at the same time.
 *
 * The loop runs when an invocation has ended, or when the SDK polls the service while a step body keeps its invocation
 * from ending.
 */
export class EventLoop {
  readonly clock = new VirtualClock();
  readonly #invocable = new Set<Invocable>();
  readonly #tasks: (() => Promise<void>)[] = [];
  /** Functions and answers do not belong to the invocation whose poll lets them run, and see none of its async context. */
  readonly #outside = new AsyncResource("EventLoop"); // AsyncLocalStorage.snapshot() takes thirty times as long

  /** Invokes the execution when its turn comes. */
  invokeLater(execution: Invocable): void {
    this.#invocable.add(execution);
  }

  /** Runs the task before any execution is invoked. */
  schedule(task: () => Promise<void>): void {
    this.#tasks.push(task);
  }

  /** Runs until everything waits for virtual time to pass. */
  runUntilIdle(): Promise<void> {
    return this.#outside.runInAsyncScope(() => this.#runUntilIdle());
  }

  async #runUntilIdle(): Promise<void> {
    for (;;) {
      const task = this.#tasks.shift();
      if (task !== undefined) {
        await task();
        continue;
      }
      const execution = this.#deepest();
      if (execution === undefined) return;
      this.#invocable.delete(execution);
      await execution.invoke();
    }
  }

  /** Runs until nothing is left to do and no timer is set. */
  async run(): Promise<void> {
    do await this.runUntilIdle();
    while (this.clock.jump());
  }

  /** Of several at the same depth, the one that came first. */
  #deepest(): Invocable | undefined {
    let deepest: Invocable | undefined;
    for (const each of this.#invocable) {
      if (deepest === undefined || each.depth > deepest.depth) deepest = each;
    }
    return deepest;
  }
}
