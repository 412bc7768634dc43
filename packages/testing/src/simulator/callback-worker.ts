import { failCallback, type CallbackAnswer, type CallbackControls } from "../service/callback-answer.ts";
import { secondsOf } from "../service/duration.ts";
import type { EventLoop } from "./event-loop.ts";

/** Runs the answer to one callback. While the answer sleeps in virtual time, the event loop goes on. */
export class CallbackWorker {
  readonly #eventLoop: EventLoop;
  readonly #onHeartbeat: () => void;
  #done: Promise<void> = Promise.resolve();
  #sleeping = 0;
  /** Ends the running task of the event loop. */
  #pause: () => void = () => undefined;

  constructor(eventLoop: EventLoop, onHeartbeat: () => void) {
    this.#eventLoop = eventLoop;
    this.#onHeartbeat = onHeartbeat;
  }

  /**
   * Calls `answer` and passes its outcome to `close`. Resolves when both are done, or when the answer starts to sleep.
   */
  work(
    answer: CallbackAnswer,
    callbackId: string,
    close: (work: Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const controls: CallbackControls = {
      sleep: (duration) => this.#sleep(secondsOf(duration)),
      heartbeat: this.#onHeartbeat,
      fail: failCallback,
    };
    return this.#untilPaused(() => {
      this.#done = close((async () => answer(callbackId, controls))());
    });
  }

  #sleep(seconds: number): Promise<void> {
    this.#sleeping += 1;
    this.#pause();
    return new Promise((wake) => {
      const { clock } = this.#eventLoop;
      clock.at(clock.now + seconds * 1_000, () => this.#eventLoop.schedule(() => this.#resume(wake)));
    });
  }

  #resume(wake: () => void): Promise<void> {
    return this.#untilPaused(() => {
      this.#sleeping -= 1;
      wake();
      // If the answer sleeps several times at once, the other sleeps go on.
      if (this.#sleeping > 0) setImmediate(this.#pause);
    });
  }

  #untilPaused(start: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pause = resolve;
      start();
      this.#done.then(resolve, reject);
    });
  }
}
