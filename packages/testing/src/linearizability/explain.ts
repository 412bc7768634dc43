import { formatValue } from "../format-value.ts";
import { outcomeOf, type HistoryOperation } from "./history.ts";
import { timeline } from "./timeline.ts";

/** The beginning of a longer explanation is left out. */
const LINES = 20;

/**
 * Describes a contradiction, with a picture that shows which operations overlap.
 *
 * @param operations the operations that contradict each other, in start order
 * @param others how many other operations there are
 */
export function explain(
  key: string,
  operations: readonly HistoryOperation[],
  others: number,
  describe: (operation: HistoryOperation) => string = describeOperation,
): string {
  const where = key === "" ? "" : ` on ${JSON.stringify(key)}`;
  const what = operations.length === 1 ? "this operation" : `these ${operations.length} operations`;
  const shown = operations.slice(-LINES);
  const hidden = operations.length - shown.length;
  const rest =
    others === 1
      ? "The other one does not matter: it is so whether or not it"
      : `The other ${others} do not matter: it is so whether or not they`;
  return [
    `Not linearizable: no order explains the answers of ${what}${where}.`,
    "",
    ...(hidden === 0 ? [] : [`  … ${hidden} before, which lead to the state that these find`]),
    ...picture(shown, describe).map((line) => `  ${line}`),
    ...(others === 0 ? [] : ["", `${rest} took effect.`]),
  ].join("\n");
}

function picture(
  operations: readonly HistoryOperation[],
  describe: (operation: HistoryOperation) => string,
): readonly string[] {
  const names = operations.map(({ process }) => (process === undefined ? "" : String(process)));
  const width = Math.max(...names.map(({ length }) => length));
  return timeline(
    operations.map((operation, index) => ({
      start: operation.start,
      end: outcomeOf(operation) === "unknown" ? undefined : operation.end,
      label: `${names[index]?.padEnd(width)}  ${describe(operation)}`.slice(width === 0 ? 2 : 0),
    })),
  );
}

function describeOperation(operation: HistoryOperation): string {
  const answer = "output" in operation ? formatValue(operation.output) : "?";
  return `${formatValue(operation.input)} → ${answer}`;
}
