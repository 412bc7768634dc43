import { AsyncLocalStorage } from "node:async_hooks";
import type { Task } from "./task.ts";

/** Where code runs: in a task, and there within a call of a wrapped dependency or on its own. */
export interface Place {
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
export const places = new AsyncLocalStorage<Place>();
