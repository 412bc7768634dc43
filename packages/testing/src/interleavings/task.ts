import { AsyncLocalStorage } from "node:async_hooks";
import type { PendingResources } from "./pending-resources.ts";

/** A scheduling point at which a task waits. */
export interface Point {
  /** The same in every run: `register.set runs`. */
  readonly name: string;
  /** The call that the point lies in. */
  readonly within: Call | undefined;
  /** Describes what happened there, as far as it is known. */
  readonly describe: () => string;
  readonly release: () => void;
}

/** One of the tasks that run interleaved. */
export class Task {
  /** A, B, C, … */
  readonly name: string;
  /** In the order of arrival. There are several if the task does several things at once. */
  readonly points: Point[] = [];
  /** The calls that are running. */
  readonly calls = new Set<Call>();
  /** If there are none, only another task can resume this one. */
  readonly pendingResources: PendingResources = new Map();
  isFinished = false;
  /** Counts scheduling points, ended calls and the end of the task. */
  progress = 0;
  /** The point from which it continued last. */
  latest: Point | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Whether the task has ended, or it and all of its calls wait at scheduling points. */
  get isAccountedFor(): boolean {
    if (this.points.length === 0 && !this.isFinished) return false;
    const waiting = new Set<Call>();
    for (const { within } of this.points) {
      for (let call = within; call !== undefined; call = call.parent) waiting.add(call);
    }
    return [...this.calls].every((call) => waiting.has(call));
  }

  /** Describes what a task waits for that cannot continue. */
  get waitingFor(): string {
    const calls = Array.from(this.calls, ({ label }) => label);
    if (calls.length > 0) return `${calls.join(" and ")} to be carried out`;
    const since = this.latest === undefined ? "" : `, since ${this.latest.describe()}`;
    return `something that is no call of a wrapped dependency${since}`;
  }
}

/** The task that is running, and its call of a wrapped dependency, if it is in one. */
export interface TaskScope {
  readonly task: Task;
  readonly call: Call | undefined;
}

/** A running call of a wrapped dependency. */
export interface Call {
  /** `register.set(1)` */
  readonly label: string;
  /** The call of another wrapped dependency that made this call. */
  readonly parent: Call | undefined;
}

/** The scope of the running code. It is kept across every `await`, timer and callback. */
export const taskScopes = new AsyncLocalStorage<TaskScope>();
