import {
  callbackErrorOf,
  failCallback,
  type CallbackAnswer,
  type CallbackControls,
  type CallbackFailure,
} from "../service/callback-answer.ts";
import { secondsOf } from "../service/duration.ts";
import { errorObjectOf } from "../service/error-object.ts";
import type { FakeClock } from "./fake-clock.ts";
import { OpenCallback, type CallbackTimeouts } from "./open-callback.ts";
import type { TraceEntry } from "./trace-entry.ts";

/** All callbacks of an execution. The handler opens them, and the test completes them. */
export class CallbackRegistry {
  readonly #execution: { readonly clock: FakeClock; terminate(error: Error): Error };
  readonly #answers: Readonly<Record<string, CallbackAnswer>>;
  readonly #callbacks: OpenCallback[] = [];
  readonly #watchers: { readonly name: string; readonly tell: (id: string) => void }[] = [];

  constructor(
    execution: { readonly clock: FakeClock; terminate(error: Error): Error },
    answers: Readonly<Record<string, CallbackAnswer>>,
  ) {
    this.#execution = execution;
    this.#answers = answers;
  }

  open(entry: TraceEntry, name: string | undefined, timeouts: CallbackTimeouts): OpenCallback {
    const callback = new OpenCallback(entry, name, this.#execution.clock, timeouts);
    this.#callbacks.push(callback);
    return callback;
  }

  /** Marks the callback as submitted, and calls the declared answer. */
  submit(callback: OpenCallback): void {
    if (callback.isClosed) return;
    callback.isSubmitted = true;
    for (const watcher of this.#watchers.filter(({ name }) => callback.isCalled(name))) {
      this.#watchers.splice(this.#watchers.indexOf(watcher), 1);
      watcher.tell(callback.id);
    }
    const answer = [callback.name, callback.id]
      .filter((key) => key !== undefined && Object.hasOwn(this.#answers, key))
      .map((key) => this.#answers[key!]!)[0];
    // Any error fails the callback.
    if (answer !== undefined) this.#answer(answer, callback).catch(() => {});
  }

  /** Resolves with the id of the open callback of that name, now or once it is submitted. */
  async submitted(name: string): Promise<string> {
    const callback = this.#callbacks.find(
      (each) => each.isSubmitted && !each.isClosed && each.isCalled(name),
    );
    return callback?.id ?? new Promise((tell) => this.#watchers.push({ name, tell }));
  }

  /** @throws Error if no callback or more than one is open under that name, or if the result is no text */
  complete(nameOrId: string, result: unknown): void {
    const callback = this.#find(nameOrId);
    if (!isText(result)) throw noText(callback, result);
    callback.complete(result);
  }

  /** @throws Error if no callback or more than one is open under that name */
  fail(nameOrId: string, failure: CallbackFailure | undefined): void {
    this.#find(nameOrId).fail(failure instanceof Error ? errorObjectOf(failure) : failure);
  }

  /** @throws Error if no callback or more than one is open under that name, or if it has no heartbeat timeout */
  heartbeat(nameOrId: string): void {
    this.#find(nameOrId).heartbeat();
  }

  /** Rejects all open callbacks: the execution has ended. */
  stop(fault: Error): void {
    for (const callback of this.#callbacks) callback.abandon(fault);
  }

  async #answer(answer: CallbackAnswer, callback: OpenCallback): Promise<void> {
    const { clock } = this.#execution;
    const controls: CallbackControls = {
      fail: failCallback,
      heartbeat: () => {
        if (!callback.isClosed) callback.heartbeat();
      },
      sleep: async (duration) => {
        clock.release();
        try {
          await clock.sleep(secondsOf(duration));
        } finally {
          clock.hold();
        }
      },
    };
    try {
      await clock.turnOf("callbacks");
    } catch {
      return;
    }
    clock.hold();
    try {
      const text: unknown = callback.isClosed ? undefined : await answer(callback.id, controls);
      // A callback that has timed out meanwhile accepts no answer.
      if (callback.isClosed) return;
      if (isText(text)) callback.complete(text);
      else this.#execution.terminate(noText(callback, text));
    } catch (thrown) {
      if (!callback.isClosed) callback.fail(callbackErrorOf(thrown));
    } finally {
      clock.release();
    }
  }

  #find(nameOrId: string): OpenCallback {
    const called = this.#callbacks.filter((callback) => callback.isCalled(nameOrId));
    const open = called.filter((callback) => !callback.isClosed);
    if (open.length === 1) return open[0]!;
    if (open.length > 1) {
      throw new Error(
        `${open.length} callbacks named ${JSON.stringify(nameOrId)} are open; pass the id of one: ${list(open)}.`,
      );
    }
    if (called.length > 0) throw new Error(`${called.at(-1)} is closed already: ${called.at(-1)!.status}.`);
    const others = this.#callbacks.filter((callback) => !callback.isClosed);
    throw new Error(
      `No callback ${JSON.stringify(nameOrId)} is open; open are: ${list(others) || "none"}. Where the handler opens ` +
        `it later, await context.callbackOpened(${JSON.stringify(nameOrId)}) first, or declare the answer: ` +
        `new FakeContext({ callbacks: { ${JSON.stringify(nameOrId)}: () => "…" } }).`,
    );
  }
}

function list(callbacks: readonly OpenCallback[]): string {
  return callbacks.map(String).join(", ");
}

function isText(result: unknown): result is string | undefined {
  return result === undefined || typeof result === "string";
}

function noText(callback: OpenCallback, result: unknown): TypeError {
  return new TypeError(
    `${callback} is answered with a value of type ${result === null ? "null" : typeof result}; the service carries ` +
      `text: pass a string, such as JSON.stringify(value), and revive it with the callback's serdes.`,
  );
}
