import { createHook } from "node:async_hooks";
import { places } from "./place.ts";

/** What may yet wake code of a task: timers, immediates and I/O that it set up. */
export class Wakers {
  readonly #pending = new Map<number, string>();

  /** Whether anything is pending at all. Where nothing is, only others can wake the task. */
  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Whether code runs in the next turn of the event loop. */
  get isImmediate(): boolean {
    for (const type of this.#pending.values()) if (type === "Immediate") return true;
    return false;
  }

  add(id: number, type: string): void {
    this.#pending.set(id, type);
  }

  delete(id: number): void {
    this.#pending.delete(id);
  }
}

const owners = new Map<number, Wakers>();
let watchers = 0;

const hook = createHook({
  init: (id, type) => {
    // Promises wake nobody by themselves, and there are many.
    if (type === "PROMISE") return;
    const wakers = places.getStore()?.task.wakers;
    if (wakers === undefined) return;
    owners.set(id, wakers);
    wakers.add(id, type);
  },
  destroy: (id) => {
    owners.get(id)?.delete(id);
    owners.delete(id);
  },
});

/**
 * Lets every task know its wakers until the function it returns is called. Node's hooks cost some 0.4 µs per promise,
 * in the whole process; so they are on during an exploration only.
 */
export function watchWakers(): () => void {
  if ((watchers += 1) === 1) hook.enable();
  return () => {
    if ((watchers -= 1) > 0) return;
    hook.disable();
    owners.clear();
  };
}
