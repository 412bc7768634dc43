import type { CallbackAnswer, CallbackControls } from "../fake-context/callback-registry.ts";
import { secondsOf } from "../service/duration.ts";
import type { World } from "./event-loop.ts";

/** Somebody outside who works on a callback: a function of the test, whose sleep is virtual. */
export class Outsider {
  readonly #world: World;
  readonly #onHeartbeat: () => void;
  #done: Promise<void> = Promise.resolve();
  #sleeping = 0;
  /** Ends the errand under way. */
  #pause: () => void = () => undefined;

  constructor(world: World, onHeartbeat: () => void) {
    this.#world = world;
    this.#onHeartbeat = onHeartbeat;
  }

  /** Lets `answer` work, and `close` see what it comes to. Resolves when both are done, or when `answer` sleeps. */
  work(
    answer: CallbackAnswer,
    callbackId: string,
    close: (work: Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const world: CallbackControls = {
      sleep: (duration) => this.#sleep(secondsOf(duration)),
      heartbeat: this.#onHeartbeat,
    };
    return this.#untilPaused(() => {
      this.#done = close((async () => answer(callbackId, world))());
    });
  }

  #sleep(seconds: number): Promise<void> {
    this.#sleeping += 1;
    this.#pause();
    return new Promise((wake) => {
      const { clock } = this.#world;
      clock.at(clock.now + seconds * 1_000, () => this.#world.errand(() => this.#resume(wake)));
    });
  }

  #resume(wake: () => void): Promise<void> {
    return this.#untilPaused(() => {
      this.#sleeping -= 1;
      wake();
      // Of several sleeps at once, the others go on.
      if (this.#sleeping > 0) setImmediate(this.#pause);
    });
  }

  #untilPaused(go: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pause = resolve;
      go();
      this.#done.then(resolve, reject);
    });
  }
}
