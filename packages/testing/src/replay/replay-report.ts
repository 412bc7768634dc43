import { operationLabel, type OperationIdentity } from "./operation-label.ts";
import type { HistoryReplay } from "./replay-history.ts";
import type { ReplayProblem } from "./replay-problem.ts";

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
