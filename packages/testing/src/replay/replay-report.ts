import { operationLabel, type OperationIdentity } from "./operation-label.ts";

/** The result of `replayHistory`. */
export interface HistoryReplay {
  /** Whether today's code can take over the running executions. */
  readonly compatible: boolean;
  /** Empty if it is compatible. */
  readonly problems: readonly ReplayProblem[];
  /** What the replay cannot tell, because no body of an operation runs; empty if it can tell everything. */
  readonly undetermined: readonly string[];
  /** The first operation that today's code starts after the end of the history, if it starts one at once. */
  readonly next?: OperationIdentity | undefined;
  /** The number of points at which today's code took over. */
  readonly points: number;
  /** The result as text, with the remedy. */
  readonly message: string;
}

/** A difference by which today's code would break a running execution. */
export interface ReplayProblem {
  /** Executions that are at this event break. The first such event, if there are several. */
  readonly event: number;
  /** The position of the operation, such as `"2"` or `"2-1"`, if the problem concerns one. */
  readonly position?: string | undefined;
  /** What the history has, what today's code does, and the probable reason. */
  readonly message: string;
}

/** A problem, without the event at which it was found, or what the replay cannot tell. */
export type Finding = Omit<ReplayProblem, "event"> & { readonly isUndetermined?: boolean };

const REMEDY =
  "Let the executions under way end on the code they began with: publish a version with each deployment, and invoke " +
  "the function by an alias. Or leave the recorded operations as they are, and add new ones after them.";

/** Builds the result. */
export function replayReport(
  events: number,
  { points, problems, undetermined, next }: Omit<HistoryReplay, "compatible" | "message">,
): HistoryReplay {
  const compatible = problems.length === 0;
  const where = points === 1 ? "at its end" : `at ${points} points`;
  const goesOn = next === undefined ? "" : ` It goes on with ${operationLabel(next)}.`;
  const message = compatible
    ? `Today's code takes over the execution of this history of ${events} events, ${where}.${goesOn}${undetermined.map((what) => ` ${what}`).join("")}`
    : [
        "Today's code would break executions that are under way, as this history shows:",
        ...problems.map(
          ({ event, message: what }) =>
            `  - ${what} (An execution that stands at event ${event} of ${events}.)`,
        ),
        ...undetermined,
        REMEDY,
      ].join("\n");
  return { compatible, problems, undetermined, ...(next === undefined ? {} : { next }), points, message };
}
