import type { Axis } from "./axis.ts";
import type { Bar, Lane, Timeline } from "./timeline.ts";

const ROW_HEIGHT = 28;
export const BAR_HEIGHT = 20;
const LANE_PADDING = 4;
/** The height of a context that has no operations but those of the contexts within it. */
const FLAT_LANE = 24;
/** A bar is at least so wide, even if it took no time. */
const MIN_BAR = 6;
/** Bars of one row keep this distance. */
const GAP = 2;

/** A lane with its place, in pixels from the top. */
export interface PlacedLane {
  readonly lane: Lane;
  readonly y: number;
  readonly height: number;
  readonly bars: readonly PlacedBar[];
}

export interface PlacedBar {
  readonly bar: Bar;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Gives every lane as many rows as its bars need in order not to overlap. */
export function layOut({ lanes }: Timeline, axis: Axis): { lanes: readonly PlacedLane[]; height: number } {
  const placed: PlacedLane[] = [];
  let y = 0;
  for (const lane of lanes) {
    const { bars, rows } = placeBars(lane.bars, axis, y + LANE_PADDING);
    const height = bars.length === 0 ? FLAT_LANE : rows * ROW_HEIGHT + 2 * LANE_PADDING;
    placed.push({ lane, y, height, bars });
    y += height;
  }
  return { lanes: placed, height: y };
}

function placeBars(bars: readonly Bar[], axis: Axis, top: number): { bars: PlacedBar[]; rows: number } {
  const free: number[] = [];
  const placed = bars
    .toSorted((a, b) => a.start - b.start)
    .map((bar): PlacedBar => {
      const from = axis.x(bar.start);
      const width = Math.max(MIN_BAR, axis.x(bar.end) - from - GAP);
      const found = free.findIndex((until) => until <= from);
      const row = found === -1 ? free.length : found;
      free[row] = from + width;
      return { bar, x: from, y: top + row * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) / 2, width };
    });
  return { bars: placed, rows: Math.max(1, free.length) };
}
