import { formatDuration } from "./duration.ts";
import { textWidth } from "./text-width.ts";
import type { Moment, Timeline } from "./timeline.ts";

/** Where the moments are, in pixels from the left. */
export interface Axis {
  readonly width: number;
  readonly x: (moment: Moment) => number;
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  /** Times in which nothing happens. They are longer than they are drawn. */
  readonly breaks: readonly { readonly from: number; readonly to: number; readonly label: string }[];
}

/** The times in which a process runs share these pixels in proportion. Each moment has a minimum besides. */
const SCALED = 700;
/** A time in which nothing runs is drawn to scale up to this width. */
const LONGEST_IDLE = 120;
const TICK_GAP = 10;

/**
 * Lays out the axis. The distance between two moments is in proportion to the time between them, with two exceptions.
 * It has a minimum, so that things that happen at the same virtual time are drawn one after the other. And a long time
 * in which no process runs is cut short.
 */
export function axisOf(timeline: Timeline): Axis {
  const { moments, scale } = timeline;
  const segments = moments.slice(1).map((time, index) => time - (moments[index] ?? 0));
  const isBusy = busySegments(timeline);
  const busyTime = segments.reduce((sum, length, index) => (isBusy[index] === true ? sum + length : sum), 0);
  const perMillisecond = scale === "milliseconds" && busyTime > 0 ? SCALED / busyTime : 0;
  const minimum = Math.max(MIN_SLOT, Math.min(MAX_SLOT, Math.round(SLOTS / segments.length)));
  const wanted = wantedWidths(timeline, minimum);
  const positions = [0];
  const breaks: { from: number; to: number; label: string }[] = [];
  for (const [index, length] of segments.entries()) {
    const from = positions[index] ?? 0;
    const scaled = length * perMillisecond;
    const isBreak =
      scale === "milliseconds" &&
      isBusy[index] !== true &&
      length > 0 &&
      (perMillisecond === 0 || scaled > LONGEST_IDLE);
    const width = isBreak ? breakWidth(length) : Math.max(minimum, scale === "order" ? 0 : scaled);
    let to = from + width;
    for (const { start, width: want } of wanted.get(index + 1) ?? []) {
      to = Math.max(to, (positions[start] ?? 0) + want);
    }
    to = Math.round(to);
    positions.push(to);
    if (isBreak) breaks.push({ from, to, label: formatDuration(length) });
  }
  const width = positions.at(-1) ?? 0;
  const x = (moment: Moment) => positions[moment] ?? width;
  return { width, x, ticks: ticksOf(timeline, x), breaks };
}

const MIN_SLOT = 10;
const MAX_SLOT = 34;
const SLOTS = 2_000;

/** A longer time gets a wider break, but ten times as long is only a little wider. */
function breakWidth(milliseconds: number): number {
  return Math.min(110, 44 + 8 * Math.log10(1 + milliseconds / 1_000));
}

function busySegments({ bands, moments }: Timeline): readonly boolean[] {
  const busy = moments.slice(1).map(() => bands.length === 0);
  for (const { start, end } of bands) busy.fill(true, start, end);
  return busy;
}

const MAX_LABEL = 150;
const ALL_LABELS = 9_000;
const LABEL_PADDING = 22;

/** How wide bars want to be for their labels, by their end. With many bars, labels are cut. */
function wantedWidths(
  { lanes }: Timeline,
  minimum: number,
): ReadonlyMap<Moment, readonly { readonly start: Moment; readonly width: number }[]> {
  const bars = lanes.flatMap(({ bars, frame }) => (frame === undefined ? bars : [frame, ...bars]));
  const longest = Math.min(MAX_LABEL, ALL_LABELS / bars.length);
  const wanted = bars.flatMap(({ label, start, pieces: [first] }) => {
    const end = first?.end ?? start; // a label is drawn on the first piece
    const width = Math.min(longest, textWidth(label) + LABEL_PADDING);
    return width > minimum && end > start ? [{ start, end, width }] : [];
  });
  return Map.groupBy(wanted, ({ end }) => end);
}

function ticksOf({ moments, scale }: Timeline, x: Axis["x"]): Axis["ticks"] {
  const first = moments[0] ?? 0;
  const ticks: { x: number; label: string }[] = [];
  let free = 0;
  for (const [index, time] of moments.entries()) {
    if ((index > 0 && time === moments[index - 1]) || !Number.isFinite(time)) continue;
    const at = x(index);
    if (at < free) continue;
    const label =
      scale === "order" ? `${round(time)}` : index === 0 ? "0" : `+${formatDuration(time - first)}`;
    ticks.push({ x: at, label });
    free = at + textWidth(label) + TICK_GAP;
  }
  return ticks;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
