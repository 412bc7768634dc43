import type { Operation } from "@aws/durable-execution-sdk-js";
import { formatValue } from "../format-value.ts";
import { isClosed } from "../service/execution-state.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { History } from "./history.ts";
import { operationLabel, type OperationIdentity } from "./operation-label.ts";
import type { ReplayPoint } from "./replay-point.ts";
import type { ReplayRun } from "./replay-run.ts";

/** The outcome of one replay, and a way to find out more. */
export interface Replayed {
  readonly history: History;
  readonly point: ReplayPoint;
  readonly run: ReplayRun;
  /** What today's code does at an operation. */
  readonly today: (id: string) => Promise<OperationIdentity>;
}

/** How an execution ends, or that it waits. A result is JSON. */
export type Outcome = Pick<HistoryEvent, "status" | "payload" | "error">;

/** How today's code ends. An execution that cannot be replayed counts as failed. */
export function todaysOutcome({ output }: ReplayRun): Outcome {
  switch (output.status) {
    case "SUCCEEDED":
      return { status: "SUCCEEDED", payload: output.result, error: undefined };
    case "FAILED":
      return { status: "FAILED", payload: undefined, error: output.error };
    case "BROKEN":
      return { status: "FAILED", payload: undefined, error: { ErrorMessage: output.message } };
    case "PENDING":
      return { status: "PENDING", payload: undefined, error: undefined };
  }
}

/** `it ends with 3`, `it goes on with step "ship" (operation 3)`, `it waits for wait "cooling" (operation 2)`. */
export async function todaysCourse(replayed: Replayed): Promise<string> {
  const { run, today } = replayed;
  const outcome = todaysOutcome(run);
  if (outcome.status === "SUCCEEDED") return `it ends with ${formatValue(parsed(outcome.payload))}`;
  if (outcome.status === "FAILED") return `it fails with ${errorText(outcome)}`;
  const [first] = run.state.unrecorded;
  if (first !== undefined) return `it goes on with ${operationLabel(await today(first))}`;
  const open = openOperations(replayed).map(operationLabel);
  return open.length === 0 ? "it is suspended" : `it waits for ${open.join(", ")}`;
}

/** The open operations of the history that today's code has reached. */
export function openOperations({
  point,
  run: { state },
}: Pick<Replayed, "point" | "run">): OperationIdentity[] {
  return Array.from(point.state.operations.values())
    .filter(
      (operation) =>
        operation.Type !== "CONTEXT" && !isClosed(operation) && state.reached.has(operation.Id ?? ""),
    )
    .map((operation) => recordedIdentity(operation, point));
}

export function recordedIdentity(
  { Id = "", Name, Type, SubType }: Operation,
  { positions }: ReplayPoint,
): OperationIdentity {
  return { position: positions.get(Id) ?? Id, name: Name, type: Type, subType: SubType };
}

/** `RangeError: too much`, without the period of the message, because a sentence goes on after it. */
export function errorText({ error }: Pick<Outcome, "error">): string {
  return `${error?.ErrorType ?? "Error"}: ${error?.ErrorMessage?.replace(/\.$/, "") ?? ""}`;
}

/** JSON has no undefined, and a missing result is recorded in one of several ways. */
export function parsed(payload: string | undefined): unknown {
  return payload ? JSON.parse(payload) : null;
}
