import type { Operation } from "@aws/durable-execution-sdk-js";
import { wireId } from "../service/operation-positions.ts";
import type { OperationIdentity } from "./operation-label.ts";
import { replayRun, type ReplayRun, type ReplaySubject } from "./replay-run.ts";
import type { ReplayPoint } from "./replay-point.ts";

/** How the durable SDK complains of code that differs from what is recorded. */
const MISMATCH = /mismatch for step "([^"]+)"\. Expected \w+ ".*", but got "(.*)"\. This indicates/s;
/** Nothing is called so. */
const NEVER = "\0";

/** Where a replay found code that differs from the history, if it did. */
export function mismatchedPosition({ output }: ReplayRun): string | undefined {
  if (output.status !== "FAILED") return undefined;
  const { ErrorMessage = "" } = output.error;
  return ErrorMessage.includes("Non-deterministic execution detected")
    ? MISMATCH.exec(ErrorMessage)?.[1]
    : undefined;
}

/**
 * What today's code does where the history has the operation `id`, or nothing. The durable SDK tells nobody but by
 * its complaint, one property at a time: so it is shown an operation that differs in type, then in name, then in
 * subtype. A waitForCondition it never complains of.
 */
export async function todaysOperation(
  subject: ReplaySubject,
  { state, nextPosition }: ReplayPoint,
  id: string,
): Promise<OperationIdentity> {
  const complaint = async (shown: Partial<Record<"Type" | "Name" | "SubType", string>>) => {
    const operations = new Map(state.operations);
    // It is to be compared with, and no more: of no type the SDK knows.
    operations.set(id, { Id: id, Status: "PENDING", ...shown } as unknown as Operation);
    const { output } = await replayRun(subject, { ...state, operations });
    const [, position = "", got] =
      (output.status === "FAILED" && MISMATCH.exec(output.error.ErrorMessage ?? "")) || [];
    return wireId(position) === id ? { position, got } : undefined;
  };
  const typed = await complaint({ Type: NEVER });
  if (typed?.got === undefined)
    return { position: nextPosition(id), type: "STEP", subType: "WaitForCondition" };
  const { position, got: type } = typed;
  const named = await complaint({ Type: type, Name: NEVER });
  const name = named?.got === "undefined" ? undefined : named?.got;
  const subType = (await complaint({ Type: type, ...(name !== undefined && { Name: name }), SubType: NEVER }))
    ?.got;
  return { position, type, name, subType };
}
