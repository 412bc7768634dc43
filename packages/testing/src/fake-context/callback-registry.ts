import type { Duration, ErrorObject } from "@aws/durable-execution-sdk-js";
import { secondsOf } from "../service/duration.ts";
import { errorObjectOf } from "../service/error-object.ts";
import type { Execution } from "./fake-execution.ts";
import { OpenCallback, type CallbackTimeouts } from "./open-callback.ts";
import type { TraceEntry } from "./trace-entry.ts";

/** What the world outside can do while it works on a callback. */
export interface CallbackControls {
  /** Lets virtual time pass. */
  sleep(duration: Duration): Promise<void>;
  /** Tells the service that the work goes on. */
  heartbeat(): void;
}

/**
 * Plays the world outside: called with the id of a callback once it is submitted. What it returns completes the
 * callback, what it throws fails it. The clock stands while it works, unless it sleeps.
 */
export type CallbackAnswer = (
  callbackId: string,
  world: CallbackControls,
) => CallbackText | Promise<CallbackText>;

/** The service carries text; objects are passed as `JSON.stringify(…)` and revived by the callback's serdes. */
export type CallbackText = string | undefined | void;

/** What a test says of a failure: an error, or what the service's API takes. */
export type CallbackFailure = Error | ErrorObject;

/** All callbacks of an execution: the handler opens them, the test completes them. */
export class CallbackDesk {
  readonly #execution: Execution;
  readonly #answers: Readonly<Record<string, CallbackAnswer>>;
  readonly #callbacks: OpenCallback[] = [];
  readonly #watchers: { readonly name: string; readonly tell: (id: string) => void }[] = [];

  constructor(execution: Execution, answers: Readonly<Record<string, CallbackAnswer>>) {
    this.#execution = execution;
    this.#answers = answers;
  }

  open(entry: TraceEntry, name: string | undefined, timeouts: CallbackTimeouts): OpenCallback {
    const callback = new OpenCallback(entry, name, this.#execution.clock, timeouts);
    this.#callbacks.push(callback);
    return callback;
  }

  /** The id went out into the world: from now on the declared answer may come. */
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
    // Whatever goes wrong fails the callback.
    if (answer !== undefined) this.#play(answer, callback).catch(() => {});
  }

  /** Resolves with the id of the callback of that name, now or when it will be submitted. */
  async submitted(name: string): Promise<string> {
    const callback = this.#callbacks.find(
      (each) => each.isSubmitted && !each.isClosed && each.isCalled(name),
    );
    return callback?.id ?? new Promise((tell) => this.#watchers.push({ name, tell }));
  }

  /** @throws Error where no callback, or more than one, is open under that name, or the result is no text */
  complete(nameOrId: string, result: unknown): void {
    const callback = this.#find(nameOrId);
    if (!isText(result)) throw noText(callback, result);
    callback.complete(result);
  }

  /** @throws Error where no callback, or more than one, is open under that name */
  fail(nameOrId: string, failure: CallbackFailure | undefined): void {
    this.#find(nameOrId).fail(failure instanceof Error ? errorObjectOf(failure) : failure);
  }

  /** @throws Error where no callback, or more than one, is open under that name, or it has no heartbeat timeout */
  heartbeat(nameOrId: string): void {
    this.#find(nameOrId).heartbeat();
  }

  /** Nobody answers any more. */
  stop(fault: Error): void {
    for (const callback of this.#callbacks) callback.abandon(fault);
  }

  async #play(answer: CallbackAnswer, callback: OpenCallback): Promise<void> {
    const { clock } = this.#execution;
    const world: CallbackControls = {
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
      await clock.turnOf("people");
    } catch {
      return;
    }
    clock.hold();
    try {
      const text: unknown = callback.isClosed ? undefined : await answer(callback.id, world);
      // A callback that timed out meanwhile takes no answer.
      if (callback.isClosed) return;
      if (isText(text)) callback.complete(text);
      else this.#execution.terminate(noText(callback, text));
    } catch (thrown) {
      if (!callback.isClosed) callback.fail(errorObjectOf(thrown));
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
