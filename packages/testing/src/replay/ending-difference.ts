import { formatValue } from "../format-value.ts";
import { withoutStackTraces } from "../without-stack-traces.ts";
import { operationLabel, type OperationIdentity } from "./operation-label.ts";
import type { Finding } from "./replay-report.ts";
import {
  errorText,
  openOperations,
  parsed,
  todaysCourse,
  todaysOutcome,
  type Outcome,
  type Replayed,
} from "./replay-result.ts";

/** Compares how today's code ends, or whether it waits, with the recorded execution. */
export async function endingDifference(replayed: Replayed): Promise<Finding | undefined> {
  const { history, point, run } = replayed;
  const recorded = history.ending;
  const today = todaysOutcome(run);
  if (run.output.status === "BROKEN")
    return { message: `Today's code cannot be replayed. ${run.output.message}` };
  if (today.status === "FAILED" && recorded?.status !== "FAILED") {
    return { message: `Today's code fails with ${errorText(today)}; the recorded execution did not.` };
  }
  if (point.isEnd && recorded !== undefined) {
    const isCut = recorded.isTruncated && recorded.status === today.status;
    return isCut ? undefined : endedOtherwise(recorded, today, replayed);
  }
  const open = point.isSuspended ? openOperations(replayed).map(operationLabel) : [];
  if (today.status === "PENDING" || open.length === 0) return undefined;
  return {
    message: `The recorded execution waits for ${open.join(", ")}; today's code does not: ${await todaysCourse(replayed)}.`,
  };
}

async function endedOtherwise(
  recorded: Outcome,
  today: Outcome,
  replayed: Replayed,
): Promise<Finding | undefined> {
  if (recorded.status !== today.status) {
    const body = bodyThatFailed(recorded, today, replayed);
    if (body !== undefined) {
      const operation = operationLabel(await body);
      return {
        isUndetermined: true,
        message:
          `The recorded execution failed with ${errorText(recorded)}, and today's code comes to the body of ${operation}. ` +
          `No body runs in a replay, so it cannot tell whether today's code fails there too.`,
      };
    }
    const was =
      recorded.status === "FAILED"
        ? `failed with ${errorText(recorded)}`
        : `ended with ${formatValue(parsed(recorded.payload))}`;
    return {
      message: `The recorded execution ${was}; today's code does not: ${await todaysCourse(replayed)}.`,
    };
  }
  if (recorded.status === "FAILED") {
    const [was, is] = [errorText(recorded), errorText(today)];
    return was === is
      ? undefined
      : { message: `The recorded execution failed with ${was}; today's code fails with ${is}.` };
  }
  const difference = firstDifference(
    withoutStackTraces(parsed(recorded.payload)),
    withoutStackTraces(parsed(today.payload)),
    "result",
  );
  if (difference === undefined) return undefined;
  const { path, recorded: was, today: is } = difference;
  return {
    message: `The execution ends with another result: ${path} is ${was} in the history, and ${is} by today's code.`,
  };
}

/** The operation in whose body the recorded execution can have failed, if today's code stops in front of one. */
function bodyThatFailed(
  recorded: Outcome,
  today: Outcome,
  { point, run, today: operationAt }: Replayed,
): Promise<OperationIdentity> | OperationIdentity | undefined {
  if (recorded.status !== "FAILED" || today.status !== "PENDING") return undefined;
  const { ErrorType = "", ErrorMessage = "" } = recorded.error ?? {};
  if (!ENDS_WITHIN_A_BODY.test(ErrorMessage) && !PROCESS_ENDED.test(ErrorType)) return undefined;
  const open = openOperations({ point, run }).find(({ type }) => type === "STEP");
  const [next] = run.state.unrecorded;
  return open ?? (next === undefined ? undefined : operationAt(next));
}

/** Errors for which the durable SDK ends the execution from within a body, so that the operation stays open. */
const ENDS_WITHIN_A_BODY = /^(\[Unrecoverable \w+\]|Context usage error)/;

/** How Lambda names the end of a process, as by its time limit or for want of memory. It ends the execution if it happens again. */
const PROCESS_ENDED = /^(Runtime|Sandbox)\./;

/** The first difference between two JSON values. `undefined` if there is none. */
function firstDifference(
  recorded: unknown,
  today: unknown,
  path: string,
): { readonly path: string; readonly recorded: string; readonly today: string } | undefined {
  if (isObject(recorded) && isObject(today) && Array.isArray(recorded) === Array.isArray(today)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(today)])) {
      const inner = Array.isArray(recorded) ? `${path}[${key}]` : `${path}.${key}`;
      const difference = firstDifference(recorded[key], today[key], inner);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return Object.is(recorded, today)
    ? undefined
    : { path, recorded: formatValue(recorded), today: formatValue(today) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
