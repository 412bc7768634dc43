import type { Operation } from "@aws/durable-execution-sdk-js";
import { wireId } from "../service/operation-positions.ts";
import type { OperationIdentity } from "./operation-label.ts";
import { replayRun, type ReplayRun, type ReplaySubject } from "./replay-run.ts";
import type { ReplayPoint } from "./replay-point.ts";

/** The error of the durable SDK for code that differs from the recorded operations. */
const MISMATCH = /mismatch for step "([^"]+)"\. Expected \w+ ".*", but got "(.*)"\. This indicates/s;
/** A name that no operation has. */
const NEVER = "\0";

/** The position at which the code differs from the history, if the durable SDK reported one. */
export function mismatchedPosition({ output }: ReplayRun): string | undefined {
  if (output.status !== "FAILED") return undefined;
  const { ErrorMessage = "" } = output.error;
  return ErrorMessage.includes("Non-deterministic execution detected")
    ? MISMATCH.exec(ErrorMessage)?.[1]
    : undefined;
}

/**
 * What today's code does at the operation `id`. The durable SDK tells it only in its error, one property at a time. So
 * it gets an operation that differs in type, then one that differs in name, then one that differs in subtype. It
 * reports no error for a waitForCondition.
 */
export async function todaysOperation(
  subject: ReplaySubject,
  { state, nextPosition }: ReplayPoint,
  id: string,
): Promise<OperationIdentity> {
  const complaint = async (shown: Partial<Record<"Type" | "Name" | "SubType", string>>) => {
    const operations = new Map(state.operations);
    // The operation is only compared, because the SDK knows no such type.
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
