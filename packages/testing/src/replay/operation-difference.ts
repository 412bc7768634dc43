import type { Operation } from "@aws/durable-execution-sdk-js";
import { isWithinClosed } from "../service/execution-state.ts";
import { wireId } from "../service/operation-positions.ts";
import { isAlike, kindAndName, operationLabel, type OperationIdentity } from "./operation-label.ts";
import { operationsAfter } from "./recorded-operations.ts";
import type { Finding } from "./replay-report.ts";
import { recordedIdentity, todaysCourse, todaysOutcome, type Replayed } from "./replay-result.ts";
import { mismatchedPosition } from "./current-operation.ts";

/** Finds an operation that differs from the history, as the durable SDK reports it. */
export async function operationDifference({
  history,
  point,
  run,
  today,
}: Replayed): Promise<Finding | undefined> {
  const position = mismatchedPosition(run);
  if (position === undefined) return undefined;
  const id = wireId(position);
  const all = Array.from(operationsAfter(history.events).values());
  const index = all.findIndex(({ Id }) => Id === id);
  const recorded = all[index];
  if (recorded === undefined) return { position, message: todaysOutcome(run).error?.ErrorMessage ?? "" };
  const found = await today(id);
  const was = recordedIdentity(recorded, point);
  const isLater = all
    .slice(index + 1)
    .some((other) => other.ParentId === recorded.ParentId && isAlike(recordedIdentity(other, point), found));
  return {
    position,
    message:
      `Operation ${position} is ${kindAndName(was)} in the history, and ${kindAndName(found)} in today's code. ` +
      guess(was, found, isLater) +
      (position === "1" ? " Or is this the history of another function?" : ""),
  };
}

function guess(was: OperationIdentity, found: OperationIdentity, isLater: boolean): string {
  if (isLater) return `The history has that one later: was ${kindAndName(was)} removed or moved?`;
  const isRenamed = was.type === found.type && was.subType === found.subType;
  return `Was it ${isRenamed ? "renamed" : "replaced"}, or was an operation inserted before it?`;
}

/**
 * Finds a recorded operation at which today's code has a waitForCondition. The durable SDK does not compare a
 * waitForCondition; it takes the recorded result.
 */
export async function uncomparedCondition({ point, run: { state } }: Replayed): Promise<Finding | undefined> {
  const { operations } = point.state;
  for (const [id, operation] of operations) {
    const isCompared = !state.reached.has(id) || state.compared.has(id);
    if (isCompared || operation.SubType === "WaitForCondition" || isWithinClosed(operation, operations))
      continue;
    const was = recordedIdentity(operation, point);
    return {
      position: was.position,
      message:
        `Operation ${was.position} is ${kindAndName(was)} in the history, and a waitForCondition in today's code, which ` +
        `takes the result for its own: the durable SDK compares no waitForCondition. Was it replaced?`,
    };
  }
  return undefined;
}

/** Finds a recorded operation that today's code never reaches, which the durable SDK does not report. */
export async function missingOperation(replayed: Replayed): Promise<Finding | undefined> {
  const { history, point, run } = replayed;
  const { operations } = point.state;
  // A failure explains why later operations are missing, unless the recorded execution failed too.
  if (run.output.status === "BROKEN") return undefined;
  if (run.output.status === "FAILED" && history.ending?.status !== "FAILED") return undefined;
  // The code need not reach all operations of a closed context again.
  const isMissing = (operation: Operation) =>
    !run.state.reached.has(operation.Id ?? "") && !isWithinClosed(operation, operations);
  const first = Array.from(operations.values()).find(isMissing);
  if (first === undefined) return undefined;
  const was = recordedIdentity(first, point);
  return {
    position: was.position,
    message:
      `The history has ${operationLabel(was)}, but today's code never comes to it: ${await todaysCourse(replayed)}. ` +
      `Was it removed, or moved behind something?`,
  };
}
