import { wireId } from "../service/operation-positions.ts";
import { isAlike, kindAndName, type OperationIdentity } from "./operation-label.ts";
import { operationsAfter } from "./recorded-operations.ts";
import { isWithinClosed } from "./replay-point.ts";
import type { Finding } from "./replay-problem.ts";
import { recordedIdentity, todaysOutcome, type Replayed } from "./replay-result.ts";
import { mismatchedPosition } from "./current-operation.ts";

/** Where the code does something else than the history, as the durable SDK itself finds out. */
export async function otherOperation({ history, point, run, today }: Replayed): Promise<Finding | undefined> {
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

/** The durable SDK compares nothing where the code has a waitForCondition: it takes what it finds for its result. */
export async function unseenCondition({ point, run: { state } }: Replayed): Promise<Finding | undefined> {
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
