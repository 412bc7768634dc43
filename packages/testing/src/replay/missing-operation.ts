import type { Operation } from "@aws/durable-execution-sdk-js";
import { operationLabel } from "./operation-label.ts";
import { isWithinClosed } from "./replay-point.ts";
import type { Finding } from "./replay-problem.ts";
import { recordedIdentity, todaysCourse, type Replayed } from "./replay-result.ts";

/** What the durable SDK does not tell: a recorded operation that today's code never comes to. */
export async function missingOperation(replayed: Replayed): Promise<Finding | undefined> {
  const { history, point, run } = replayed;
  const { operations } = point.state;
  // What a failure leaves out is the failure's fault, unless the recorded execution failed as well.
  if (run.output.status === "BROKEN") return undefined;
  if (run.output.status === "FAILED" && history.ending?.status !== "FAILED") return undefined;
  // Of the operations of a closed context, not all are come to again.
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
