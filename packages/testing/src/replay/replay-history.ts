import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { executionArn } from "../service/arn.ts";
import { described } from "../format-value.ts";
import { checkOptions } from "../simulator/options.ts";
import { readHistory } from "./history.ts";
import type { OperationIdentity } from "./operation-label.ts";
import { replayPoints, type ReplayAt } from "./replay-point.ts";
import { replayProblem, type ReplayProblem } from "./replay-problem.ts";
import { replayRun } from "./replay-run.ts";
import { replayReport } from "./replay-report.ts";
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

/** What came of replaying a history. */
export interface HistoryReplay {
  /** Whether today's code would take over the executions under way. */
  readonly compatible: boolean;
  /** Why not; empty where it is compatible. */
  readonly problems: readonly ReplayProblem[];
  /** The first operation by which today's code goes on after all that is recorded, if it does at once. */
  readonly next?: OperationIdentity | undefined;
  /** At how many points of the recorded execution today's code took over. */
  readonly points: number;
  /** All of it in words, with the remedy. */
  readonly message: string;
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
      `handler is ${described(handler)}; pass the function that withDurableExecution(…) returned.`,
    );
  }
  const { at = "suspensions", ...known } = checked(options);
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

const POINTS: readonly string[] = ["suspensions", "every-event", "end"];
const KNOWN: readonly string[] = ["at", "functionName", "arn", "timeoutMs"];

/** @throws TypeError naming path, value and remedy */
function checked({ at, ...known }: ReplayHistoryOptions): ReplayHistoryOptions {
  const unknown = Object.keys(known).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`options has the unknown key ${described(unknown)}; known are ${KNOWN.join(", ")}.`);
  }
  checkOptions(known);
  if (at !== undefined && !POINTS.includes(at)) {
    throw new TypeError(`options.at is ${described(at)}; pass ${POINTS.map(described).join(" or ")}.`);
  }
  return { at, ...known };
}
