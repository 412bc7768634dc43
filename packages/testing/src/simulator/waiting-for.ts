import type { Operation } from "@aws/durable-execution-sdk-js";
import type { Execution } from "./execution.ts";
import { isClosed } from "../service/execution-state.ts";

/** What keeps an execution from ending, in words, in start order. */
export function waitingFor(execution: Execution): string[] {
  const items: string[] = [];
  for (const [position, operation] of execution.positioned()) {
    if (isClosed(operation) || operation.Type === "CONTEXT") continue;
    items.push(`${what(execution, operation)} (${position}), ${why(operation)}`);
    const child = execution.children.get(operation.Id ?? "");
    if (child !== undefined) items.push(...waitingFor(child).map((item) => `there: ${item}`));
  }
  return items;
}

function what(execution: Execution, operation: Operation): string {
  const { name, id } = execution.callbackName(operation);
  const kind = `${operation.SubType ?? operation.Type}`;
  if (operation.Type === "CALLBACK") return `Callback ${name === undefined ? id : `"${name}"`}`;
  return operation.Name === undefined ? kind : `${kind} "${operation.Name}"`;
}

function why({ Type, Status, WaitDetails, StepDetails }: Operation): string {
  switch (Type) {
    case "CALLBACK":
      return "which nobody answered";
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
