import type { InvokedFunction } from "../service/invoked-function.ts";
import type { CallbackAnswers } from "./callback-answers.ts";
import type { Faults, RunInProcess } from "./protocol-point.ts";
import type { EventLoop } from "./event-loop.ts";

/** What all executions of one simulation share. */
export interface Environment {
  readonly eventLoop: EventLoop;
  readonly answers: CallbackAnswers;
  /** The functions that can be invoked, by name. */
  readonly functions: Readonly<Record<string, InvokedFunction>>;
  readonly faults: Faults | undefined;
  /** Default: the handler runs as it is. */
  readonly inProcess?: RunInProcess | undefined;
  readonly replay: "suspended" | "always";
  readonly answerCallbacks: "submitted" | "created";
  /** Operations per page of an execution's state. */
  readonly pageSize: number;
  /** Milliseconds of real time that one invocation, one invoked function or one answer may take. */
  readonly timeoutMs: number;
  readonly maxInvocations: number;
}
