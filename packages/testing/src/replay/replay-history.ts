import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { checkOptions, type OptionRules } from "../check-options.ts";
import { executionArn } from "../service/arn.ts";
import { formatValue } from "../format-value.ts";
import { checkSimulateOptions } from "../simulator/options.ts";
import { endingDifference } from "./ending-difference.ts";
import { readHistory } from "./history.ts";
import { missingOperation, operationDifference, uncomparedCondition } from "./operation-difference.ts";
import type { OperationIdentity } from "./operation-label.ts";
import { replayPoints, type ReplayAt } from "./replay-point.ts";
import { replayRun } from "./replay-run.ts";
import { replayReport, type HistoryReplay, type ReplayProblem } from "./replay-report.ts";
import type { Replayed } from "./replay-result.ts";
import { todaysOperation } from "./current-operation.ts";

/** How to replay a history. */
export interface ReplayHistoryOptions {
  /**
   * Where executions may stand when today's code takes over: `"end"`, just where the recorded one stands;
   * `"suspensions"`, the default, also wherever it was suspended on its way there; `"every-event"`, also wherever its
   * process could have died.
   */
  readonly at?: ReplayAt | undefined;
  /** The function the history should be of; it is checked where the ARN of the execution is known. */
  readonly functionName?: string | undefined;
  /** The ARN of the recorded execution, for a handler that reads it; the events do not tell it. */
  readonly arn?: string | undefined;
  /** Milliseconds of real time a replay may take. Default 4,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Replays a recorded execution with today's code, on the real durable SDK: would deploying it break the executions
 * under way? Today's code must come to the recorded operations, by type, name and subtype, at every point at which it
 * could take over; where the recorded execution ended, it must end the same, and where it waits, wait or go on.
 *
 * No body of an operation runs, neither of recorded ones nor of new ones: the code is stopped where it comes to one.
 * The code around the operations runs at every point, as in every replay.
 *
 * @param handler the function that `withDurableExecution` returned, as it is to be deployed
 * @param history the parsed JSON of GetDurableExecutionHistory, all pages of it, or the array of its events
 * @throws TypeError for a handler that is not wrapped, options that are not known, and what is no complete history of
 * the function with its payloads
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
  checkOptions(options, RULES, '{ at: "end" }');
  const { at = "suspensions", ...known } = options;
  checkSimulateOptions(known); // the same rules for names, ARNs and time limits
  const recorded = readHistory(history, known);
  const { functionName = "function", timeoutMs = 4_000 } = known;
  const arn = recorded.arn ?? executionArn({ functionName, executionName: "replay" });
  const subject = { handler, arn, timeoutMs };

  const problems = new Map<string, ReplayProblem>();
  let next: OperationIdentity | undefined;
  let points = 0;
  for (const point of replayPoints(recorded, at)) {
    const run = await replayRun(subject, point.state);
    const today = (id: string) => todaysOperation(subject, point, id);
    points += 1;
    const problem = await replayProblem({ history: recorded, point, run, today });
    if (problem !== undefined && !problems.has(problem.message)) problems.set(problem.message, problem);
    const [first] = run.state.unrecorded;
    if (point.isEnd && problems.size === 0 && first !== undefined) next = await today(first);
  }
  return replayReport({ events: recorded.events.length, points, problems: [...problems.values()], next });
}

const RULES: OptionRules<ReplayHistoryOptions> = {
  at: [isPointSelection, 'pass "suspensions" or "every-event" or "end"'],
  functionName: [() => true, ""],
  arn: [() => true, ""],
  timeoutMs: [() => true, ""],
};

function isPointSelection(at: unknown): boolean {
  return at === "suspensions" || at === "every-event" || at === "end";
}

/** What is wrong with a replay: the cause, without what follows from it. */
async function replayProblem(replayed: Replayed): Promise<ReplayProblem | undefined> {
  for (const look of [operationDifference, uncomparedCondition, missingOperation, endingDifference]) {
    const finding = await look(replayed);
    if (finding !== undefined) return { event: replayed.point.event, ...finding };
  }
  return undefined;
}
