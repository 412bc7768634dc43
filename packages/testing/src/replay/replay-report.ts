import { operationLabel, type OperationIdentity } from "./operation-label.ts";

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

/** Something by which today's code would break an execution under way. */
export interface ReplayProblem {
  /** The event of the history after which an execution stands that breaks; the first, where there are several. */
  readonly event: number;
  /** The position of the operation it is about, such as `"2"` or `"2-1"`, if it is about one. */
  readonly position?: string | undefined;
  /** What the history has, what today's code does, and what may be the reason. */
  readonly message: string;
}

/** What is found wrong, wherever the execution stands. */
export type Finding = Omit<ReplayProblem, "event">;

const REMEDY =
  "Let the executions under way end on the code they began with: publish a version with each deployment, and invoke " +
  "the function by an alias. Or leave the recorded operations as they are, and add new ones after them.";

/** Puts a replay into words. */
export function replayReport(found: {
  readonly events: number;
  readonly points: number;
  readonly problems: readonly ReplayProblem[];
  readonly next: OperationIdentity | undefined;
}): HistoryReplay {
  const { events, points, problems, next } = found;
  const compatible = problems.length === 0;
  const where = points === 1 ? "at its end" : `at ${points} points`;
  const goesOn = next === undefined ? "" : ` It goes on with ${operationLabel(next)}.`;
  const message = compatible
    ? `Today's code takes over the execution of this history of ${events} events, ${where}.${goesOn}`
    : [
        "Today's code would break executions that are under way, as this history shows:",
        ...problems.map(
          ({ event, message: what }) =>
            `  - ${what} (An execution that stands at event ${event} of ${events}.)`,
        ),
        REMEDY,
      ].join("\n");
  return { compatible, problems, ...(next === undefined ? {} : { next }), points, message };
}
