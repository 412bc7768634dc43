/** A line of a {@link timeline}. */
export interface TimelineEntry {
  readonly start: number;
  /** Missing if the end is unknown. */
  readonly end?: number | undefined;
  readonly label: string;
}

/** The number of characters between two moments. */
const STEP = 3;

/**
 * Draws which entries overlap: one line per entry, in start order. All distances between neighbouring moments are the
 * same.
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
