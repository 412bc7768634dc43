import { axisOf, type Axis } from "./axis.ts";
import { barShape } from "./bar-shape.ts";
import { escapeText } from "./escape.ts";
import { layOut, type PlacedLane } from "./layout.ts";
import { fitText } from "./text-width.ts";
import type { Bar, Timeline } from "./timeline.ts";

export const LABEL_WIDTH = 168;
export const AXIS_HEIGHT = 44;
/** Space around the drawing. */
const PADDING = 12;

/** The three parts of the figure, as the content of SVG elements: lane labels and axis stay visible when the rest scrolls. */
export interface Figure {
  readonly labels: string;
  readonly axis: string;
  readonly body: string;
  /** Of the axis and the body. */
  readonly width: number;
  /** Of the labels and the body. */
  readonly height: number;
  /** The bars in the order in which they are drawn. */
  readonly bars: readonly Bar[];
}

/** Wraps the drawing of a bar. The number counts the bars in the order in which they are drawn. */
export type WrapBar = (bar: Bar, number: number, shape: string) => string;

/** Draws a timeline. */
export function drawFigure(timeline: Timeline, wrap: WrapBar): Figure {
  const axis = axisOf(timeline);
  const { lanes, height } = layOut(timeline, axis);
  const width = Math.max(MIN_WIDTH, axis.width + 2 * PADDING);
  const bars: Bar[] = [];
  const draw = (bar: Bar, shape: string) => {
    bars.push(bar);
    return wrap(bar, bars.length, shape);
  };
  const body = [
    ...bands(timeline, axis, height),
    ...axis.breaks.map(({ from, to }) => breakShape(from, to, height)),
    `<path class="rows" d="${lanes.map(({ y, height }) => `M${-PADDING} ${y + height - 0.5}h${width}`).join("")}"/>`,
    ...lanes.flatMap((lane) => [
      ...frame(lane, axis).map(({ bar, shape }) => draw(bar, shape)),
      ...lane.bars.map((placed) => draw(placed.bar, barShape(placed, axis))),
    ]),
    ...marks(timeline, axis, height),
  ];
  return {
    labels: labels(lanes),
    axis: shifted([axisLine(width), ...ticks(axis), ...breakLabels(axis)]),
    body: shifted(body),
    width,
    height,
    bars,
  };
}

const MIN_WIDTH = 160;

function shifted(parts: readonly string[]): string {
  return `<g transform="translate(${PADDING} 0)">${parts.join("")}</g>`;
}

function labels(lanes: readonly PlacedLane[]): string {
  return lanes
    .map(({ lane, y, height }) => {
      const indent = 12 + Math.min(lane.depth, 6) * 10;
      const line = `<path class="rows" d="M0 ${y + height - 0.5}h${LABEL_WIDTH}"/>`;
      const guide =
        lane.depth === 0
          ? ""
          : `<path class="guide" d="M${indent - 6} ${y + Math.min(10, height / 2 - 8)}v6q0 3 3 3"/>`;
      const label = escapeText(fitText(lane.label, LABEL_WIDTH - indent - 4));
      return `${line}${guide}<text class="${lane.depth === 0 ? "lane top" : "lane"}" x="${indent}" y="${y + Math.min(22, height / 2 + 4)}">${label}</text>`;
    })
    .join("");
}

function bands({ bands }: Timeline, { x }: Axis, height: number): readonly string[] {
  const d = bands.map(
    ({ start, end }) => `M${x(start)} 0h${Math.max(2, x(end) - x(start) - 2)}v${height}H${x(start)}z`,
  );
  return d.length === 0 ? [] : [`<path class="band" d="${d.join("")}"/>`];
}

/** A context is drawn around its operations. */
function frame({ lane, y, height }: PlacedLane, { x }: Axis): readonly { bar: Bar; shape: string }[] {
  const { frame: bar } = lane;
  if (bar === undefined) return [];
  const width = Math.max(4, x(bar.end) - x(bar.start) - 2);
  const shape = `<rect class="run" x="${x(bar.start)}" y="${y + 3}" width="${width}" height="${height - 6}" rx="5"/>`;
  return [{ bar, shape }];
}

function breakShape(from: number, to: number, height: number): string {
  const middle = (from + to) / 2;
  return (
    `<rect class="break" x="${from}" width="${to - from}" height="${height}"/>` +
    `<path class="tear" d="M${middle - 2.5} 0v${height}m5 0v${-height}"/>`
  );
}

function axisLine(width: number): string {
  return `<path class="rows" d="M${-PADDING} ${AXIS_HEIGHT - 0.5}h${width}"/>`;
}

function ticks({ ticks }: Axis): readonly string[] {
  return ticks.map(
    ({ x, label }) =>
      `<path class="tick" d="M${x} ${AXIS_HEIGHT - 6}v6"/><text class="tick" x="${x}" y="16">${escapeText(label)}</text>`,
  );
}

function breakLabels({ breaks }: Axis): readonly string[] {
  return breaks.map(({ from, to, label }) => {
    const middle = (from + to) / 2;
    return `<text class="idle" x="${middle}" y="35">${escapeText(label)}</text>`;
  });
}

function marks({ marks }: Timeline, { x }: Axis, height: number): readonly string[] {
  return marks.map(({ at, label }) => {
    const left = x(at) - 1;
    return (
      `<g class="mark"><title>${escapeText(label)}</title><path class="death" d="M${left} 0v${height}"/>` +
      `<path class="bolt" d="M${left - 4} 9l-8 11h5l-2 9 8-11h-5z"/></g>`
    );
  });
}

/** What a screen reader says. */
export function accessibleName({ name, summary }: Bar): string {
  return `${name}, ${summary}`;
}
