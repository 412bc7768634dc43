import { formatValue } from "../format-value.ts";
import { outcomeOf, type HistoryOperation } from "../linearizability/history.ts";
import { brief } from "./brief.ts";
import type { Bar, Detail, Lane, Timeline } from "./timeline.ts";

const OUTCOMES = {
  ok: { status: "succeeded", text: "took effect" },
  failed: { status: "failed", text: "had no effect" },
  unknown: { status: "unknown", text: "took effect at some time, or never" },
} as const;

/** The timeline of a linearizability history, with a lane for each process. Only the order of its times counts. */
export function historyTimeline(history: readonly HistoryOperation[]): Timeline {
  const ordered = history.toSorted((a, b) => a.start - b.start);
  const times = [...new Set(ordered.flatMap(({ start, end = start }) => [start, end]))].toSorted(
    (a, b) => a - b,
  );
  // An operation whose end is unknown is open beyond the last answer.
  const hasUnknown = ordered.some((operation) => endOf(operation) === undefined);
  const moments = new Map(times.map((time, index) => [time, index]));
  const last = hasUnknown ? times.length : times.length - 1;
  const keys = new Set(ordered.map(({ key }) => key));
  const bar = (operation: HistoryOperation) => operationBar(operation, moments, last, keys.size > 1);
  const lanes = Map.groupBy(ordered, ({ process }) => (process === undefined ? "" : `${process}`));
  const unknown = ordered.filter((operation) => outcomeOf(operation) === "unknown").length;
  return {
    title: "History of concurrent operations",
    facts: [
      { label: "operations", text: `${ordered.length}` },
      { label: "processes", text: `${lanes.size}` },
      ...(keys.size > 1 ? [{ label: "objects", text: `${keys.size}` }] : []),
      ...(unknown > 0 ? [{ label: "unknown outcomes", text: `${unknown}` }] : []),
    ],
    texts: [],
    moments: hasUnknown ? [...times, Infinity] : times,
    scale: "order",
    lanes: Array.from(lanes, ([process, operations]): Lane => {
      const label = process === "" ? "operations" : `process ${process}`;
      return { label, depth: 0, bars: operations.map(bar) };
    }),
    bands: [],
    marks: [],
  };
}

function endOf(operation: HistoryOperation): number | undefined {
  return outcomeOf(operation) === "unknown" ? undefined : operation.end;
}

function operationBar(
  operation: HistoryOperation,
  moments: ReadonlyMap<number, number>,
  last: number,
  showsKey: boolean,
): Bar {
  const { key, input, process } = operation;
  const { status, text } = OUTCOMES[outcomeOf(operation)];
  const start = moments.get(operation.start) ?? 0;
  const until = endOf(operation);
  const end = until === undefined ? last : (moments.get(until) ?? last);
  const answer = "output" in operation ? brief(operation.output) : "?";
  const label = `${showsKey && key !== undefined ? `${key}: ` : ""}${brief(input)} → ${answer}`;
  return {
    kind: "operation",
    label,
    name: process === undefined ? label : `process ${process}, ${label}`,
    status,
    start,
    end,
    pieces: [{ kind: status === "failed" ? "failed" : "run", start, end }],
    summary: `${text}, from ${operation.start} to ${until ?? "an unknown time"}`,
    details: [
      ...(key === undefined ? [] : [{ label: "key", text: key }]),
      { label: "input", text: textOf(input) },
      ...("output" in operation ? [{ label: "output", text: textOf(operation.output) }] : ([] as Detail[])),
    ],
  };
}

/** Values of a history need not be JSON. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? formatValue(value);
  } catch {
    return formatValue(value);
  }
}
