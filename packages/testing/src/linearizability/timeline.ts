/** A line of a {@link timeline}. */
export interface TimelineEntry {
  readonly start: number;
  /** Missing: nobody knows when, or whether. */
  readonly end?: number | undefined;
  readonly label: string;
}

/** Characters from one moment to the next. */
const STEP = 3;

/**
 * Draws who overlaps with whom: a line per entry, in the order they start. Moments stand in order, side by side,
 * however much time lies between them.
 */
export function timeline(entries: readonly TimelineEntry[]): readonly string[] {
  const moments = entries.flatMap(({ start, end }) => (end === undefined ? [start] : [start, end]));
  const columns = new Map(
    [...new Set(moments)].toSorted((a, b) => a - b).map((time, index) => [time, index * STEP]),
  );
  const width = Math.max(0, ...entries.map(({ label }) => label.length));
  return entries
    .toSorted((a, b) => a.start - b.start)
    .map(({ label, start, end }) => {
      const from = columns.get(start) ?? 0;
      const to = end === undefined ? columns.size * STEP : (columns.get(end) ?? 0);
      return `${label.padEnd(width)}  ${" ".repeat(from)}${bar(to - from, end !== undefined)}`;
    });
}

function bar(length: number, isClosed: boolean): string {
  if (length === 0) return "│";
  return `├${"─".repeat(length - 1)}${isClosed ? "┤" : "?"}`;
}
