import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { checkOptions, isOneOf, type OptionRules } from "../check-options.ts";
import { executionArn } from "../service/arn.ts";
import { refuseFakeTimers } from "../fake-timers.ts";
import { formatValue } from "../format-value.ts";
import { checkSimulateOptions } from "../simulator/options.ts";
import { endingDifference } from "./ending-difference.ts";
import { readHistory } from "./history.ts";
import { missingOperation, operationDifference, uncomparedCondition } from "./operation-difference.ts";
import type { OperationIdentity } from "./operation-label.ts";
import { replayPoints, type ReplayAt } from "./replay-point.ts";
import { replayRun } from "./replay-run.ts";
import { replayReport, type Finding, type HistoryReplay, type ReplayProblem } from "./replay-report.ts";
import type { Replayed } from "./replay-result.ts";
import { todaysOperation } from "./current-operation.ts";

/** Options of {@link replayHistory}. */
export interface ReplayHistoryOptions {
  /**
   * The points of the recorded execution at which today's code takes over. `"end"`: only where the execution is now.
   * `"suspensions"`, the default: also wherever it was suspended. `"every-event"`: also wherever its process could have
   * died.
   */
  readonly at?: ReplayAt | undefined;
  /** The function that the history must belong to. It is checked if the ARN of the execution is known. */
  readonly functionName?: string | undefined;
  /** The ARN of the recorded execution, for a handler that reads it. The events do not contain it. */
  readonly arn?: string | undefined;
  /** Milliseconds of real time that one replay can take. Default 4,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Replays a recorded execution with today's code, on the real durable SDK, to find out whether a deployment would break
 * the executions that are running. Today's code must reach the recorded operations, with the same type, name and
 * subtype, at every point at which it could take over. It must end as the recorded execution ended; and where that one
 * waits, it must wait or continue.
 *
 * No body of an operation runs, neither of a recorded operation nor of a new one: the code stops where it reaches one.
 * The code between the operations runs, as in every replay.
 *
 * @param handler the function that `withDurableExecution` returned, as it will be deployed
 * @param history the parsed JSON of GetDurableExecutionHistory with all pages, or the array of its events
 * @throws TypeError for a handler that is not wrapped, unknown options, or a history that is incomplete, has no
 * payloads, or belongs to another function
 * @example
 * ```ts
 * const history = JSON.parse(readFileSync("checkout.history.json", "utf8"));
 * const { compatible, message } = await replayHistory(handler, history);
 * expect(compatible, message).toBe(true);
 * ```
 */
export async function replayHistory(
  handler: DurableLambdaHandler,
  history: unknown,
  options: ReplayHistoryOptions = {},
): Promise<HistoryReplay> {
  if (typeof handler !== "function") {
    throw new TypeError(
      `handler is ${formatValue(handler)}; pass the function that withDurableExecution(…) returned.`,
    );
  }
  refuseFakeTimers();
  checkOptions(options, RULES, '{ at: "end" }');
  const { at = "suspensions", ...known } = options;
  checkSimulateOptions(known); // the same rules for names, ARNs and time limits
  const recorded = readHistory(history, known);
  const { functionName = "function", timeoutMs = 4_000 } = known;
  const arn = recorded.arn ?? executionArn({ functionName, executionName: "replay" });
  const subject = { handler, arn, timeoutMs };

  const problems = new Map<string, ReplayProblem>();
  const undetermined = new Set<string>();
  let next: OperationIdentity | undefined;
  let points = 0;
  for (const point of replayPoints(recorded, at)) {
    const run = await replayRun(subject, point.state);
    const today = (id: string) => todaysOperation(subject, point, id);
    points += 1;
    const finding = await firstFinding({ history: recorded, point, run, today });
    if (finding?.isUndetermined === true) undetermined.add(finding.message);
    else if (finding !== undefined && !problems.has(finding.message)) {
      problems.set(finding.message, { event: point.event, ...finding });
    }
    const [first] = run.state.unrecorded;
    const isGoingOn = point.isEnd && run.output.status === "PENDING";
    if (isGoingOn && problems.size === 0 && first !== undefined) next = await today(first);
  }
  return replayReport(recorded.events.length, {
    points,
    problems: [...problems.values()],
    undetermined: [...undetermined],
    next,
  });
}

const RULES: OptionRules<ReplayHistoryOptions> = {
  at: [isOneOf("suspensions", "every-event", "end"), 'pass "suspensions" or "every-event" or "end"'],
  functionName: [() => true, ""],
  arn: [() => true, ""],
  timeoutMs: [() => true, ""],
};

/** The first finding of a replay, from which the others follow. */
async function firstFinding(replayed: Replayed): Promise<Finding | undefined> {
  for (const look of [operationDifference, uncomparedCondition, missingOperation, endingDifference]) {
    const finding = await look(replayed);
    if (finding !== undefined) return finding;
  }
  return undefined;
}
