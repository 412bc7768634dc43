import { AsyncLocalStorage } from "node:async_hooks";
import { PendingResources } from "./pending-resources.ts";

/** Where a task waits until the scheduler lets it go on. */
export interface Point {
  /** The same in every run: `register.set runs`. */
  readonly name: string;
  /** The call that it is a part of. */
  readonly within: Call | undefined;
  /** What happened there, as far as it is known by now. */
  readonly describe: () => string;
  readonly release: () => void;
}

/** One of the programs that run interleaved. */
export class Task {
  /** A, B, C, … */
  readonly name: string;
  /** In the order it came there; several where it does several things at once. */
  readonly points: Point[] = [];
  /** Calls that are being carried out. */
  readonly calls = new Set<Call>();
  readonly pendingResources = new PendingResources();
  isFinished = false;
  /** How often it came to a point, was done with a call, or ended. */
  progress = 0;
  /** What it went on from last. */
  latest: Point | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Whether it is known what it does: it has ended, or it waits at a point, and so does all that it is doing. */
  get isAccountedFor(): boolean {
    if (this.points.length === 0 && !this.isFinished) return false;
    const waiting = new Set<Call>();
    for (const { within } of this.points) {
      for (let call = within; call !== undefined; call = call.parent) waiting.add(call);
    }
    return [...this.calls].every((call) => waiting.has(call));
  }

  /** What it waits for while it does not go on. */
  get waitingFor(): string {
    const calls = Array.from(this.calls, ({ label }) => label);
    if (calls.length > 0) return `${calls.join(" and ")} to be carried out`;
    const since = this.latest === undefined ? "" : `, since ${this.latest.describe()}`;
    return `something that is no call of a wrapped dependency${since}`;
  }
}

/** Where code runs: in a task, and there within a call of a wrapped dependency or on its own. */
export interface TaskScope {
  readonly task: Task;
  readonly call: Call | undefined;
}

/** A call of a wrapped dependency that is being carried out. */
export interface Call {
  /** `register.set(1)` */
  readonly label: string;
  /** The call of another wrapped dependency that it was made in. */
  readonly parent: Call | undefined;
}

/** Code knows its place across every `await`, timer and callback that it set up. */
export const taskScopes = new AsyncLocalStorage<TaskScope>();
