import type { Operation } from "@aws/durable-execution-sdk-js";
import { afterPatience } from "../patience.ts";
import { isClosed } from "../service/execution-state.ts";
import type { CallbackName } from "./callback-answers.ts";

/** The simulation was stopped because it would never end. The message lists what the execution waits for. */
export class SimulationStoppedError extends Error {
  override readonly name = "SimulationStoppedError";
  /** One entry for each operation that is open. */
  readonly waitingFor: readonly string[];

  constructor(what: string, waitingFor: readonly string[], remedy: string) {
    const list =
      waitingFor.length === 0
        ? "It waits for no durable operation: a promise outside of them never settled."
        : `It waits for:\n${waitingFor.map((item) => `  - ${item}`).join("\n")}`;
    super(`${what} ${list}\n${remedy}`);
    this.waitingFor = waitingFor;
  }
}

/** Settles like `promise`, or rejects with `stopped()` after so many milliseconds of real time. */
export function withinTime<T>(promise: Promise<T>, milliseconds: number, stopped: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = afterPatience(milliseconds, () => reject(stopped()));
    promise.then(resolve, reject).finally(cancel);
  });
}

/** The parts of an execution that {@link waitingFor} reads. */
interface WaitingExecution {
  /** Executions that this one invoked, by the id of the operation. */
  readonly children: ReadonlyMap<string, WaitingExecution>;
  positioned(): Iterable<readonly [position: string, operation: Operation]>;
  callbackName(operation: Operation): CallbackName;
}

/** Lists the open operations of an execution, in start order. */
export function waitingFor(execution: WaitingExecution): string[] {
  const items: string[] = [];
  for (const [position, operation] of execution.positioned()) {
    if (isClosed(operation) || operation.Type === "CONTEXT") continue;
    items.push(`${what(execution, operation)} (${position}), ${why(operation)}`);
    const child = execution.children.get(operation.Id ?? "");
    if (child !== undefined) items.push(...waitingFor(child).map((item) => `there: ${item}`));
  }
  return items;
}

function what(execution: WaitingExecution, operation: Operation): string {
  const { name } = execution.callbackName(operation);
  const kind = `${operation.SubType ?? operation.Type}`;
  if (operation.Type === "CALLBACK") return name === undefined ? "Callback" : `Callback "${name}"`;
  return operation.Name === undefined ? kind : `${kind} "${operation.Name}"`;
}

function why({ Type, Status, WaitDetails, StepDetails }: Operation): string {
  switch (Type) {
    case "CALLBACK":
      return "which has no answer";
    case "CHAINED_INVOKE":
      return "whose function has not ended";
    case "WAIT":
      return `until ${WaitDetails?.ScheduledEndTimestamp?.toISOString()} of virtual time`;
    default:
      return Status === "PENDING"
        ? `whose next attempt is at ${StepDetails?.NextAttemptTimestamp?.toISOString()} of virtual time`
        : "which started and has not ended";
  }
}
