import type { Axis } from "./axis.ts";
import { escapeText } from "./escape.ts";
import { BAR_HEIGHT, type PlacedBar } from "./layout.ts";
import { fitText } from "./text-width.ts";
import type { Bar, BarKind, Piece } from "./timeline.ts";

/** Bars differ in shape and not only in colour. */
const SHAPES: Readonly<Record<BarKind, (x: number, y: number, width: number) => string>> = {
  invocation: rectangle,
  context: rectangle,
  step: rounded(4),
  condition: cutCorners,
  wait: slim,
  callback: rounded(BAR_HEIGHT / 2),
  invoke: arrow,
  call: arrow,
  operation: rounded(4),
};

/** Draws the pieces of a bar, with its label and a cross if it failed. */
export function barShape({ bar, x, y, width }: PlacedBar, axis: Axis): string {
  const byKind = Map.groupBy(bar.pieces, ({ kind }) => kind);
  const right = x + width;
  const paths = Array.from(byKind, ([kind, pieces]) => {
    const d = pieces.map((piece) => piecePath(bar, piece, axis, y, right)).join("");
    return `<path class="${kind}" d="${d}"/>`;
  });
  // The mark of the crash says it of an invocation.
  const cross = bar.status === "failed" && bar.kind !== "invocation" && width >= 18;
  const [first] = bar.pieces;
  const firstEnd = first === undefined || first.end === bar.end ? right : axis.x(first.end);
  const room = firstEnd - x - 12 - (cross && firstEnd === right ? 12 : 0);
  const label = fitText(bar.label, room);
  return [
    ...paths,
    ...(cross ? [`<path class="x" d="M${right - 14} ${y + 6}l8 8m0-8l-8 8"/>`] : []),
    ...(label === "" ? [] : [`<text x="${x + 7}" y="${y + 14}">${escapeText(label)}</text>`]),
  ].join("");
}

function piecePath(bar: Bar, piece: Piece, axis: Axis, y: number, right: number): string {
  const from = axis.x(piece.start);
  const to = piece.end === bar.end ? right : Math.min(right, axis.x(piece.end));
  const width = Math.max(2, to - from);
  if (piece.kind === "pause") return `M${from} ${y + BAR_HEIGHT / 2}h${width}`;
  if (piece.end === bar.end && isOpen(bar)) return openEnd(from, y, width);
  return SHAPES[bar.kind](from, y, width);
}

function isOpen({ status }: Bar): boolean {
  return status === "open" || status === "unknown";
}

function rectangle(x: number, y: number, width: number): string {
  return `M${x} ${y}h${width}v${BAR_HEIGHT}h${-width}z`;
}

function rounded(radius: number): (x: number, y: number, width: number) => string {
  return (x, y, width) => {
    const r = Math.min(radius, width / 2);
    const [h, v] = [width - 2 * r, BAR_HEIGHT - 2 * r];
    return (
      `M${x + r} ${y}h${h}a${r} ${r} 0 0 1 ${r} ${r}v${v}a${r} ${r} 0 0 1 ${-r} ${r}` +
      `h${-h}a${r} ${r} 0 0 1 ${-r} ${-r}v${-v}a${r} ${r} 0 0 1 ${r} ${-r}z`
    );
  };
}

function cutCorners(x: number, y: number, width: number): string {
  const c = Math.min(5, width / 2);
  const [h, v] = [width - 2 * c, BAR_HEIGHT - 2 * c];
  return `M${x + c} ${y}h${h}l${c} ${c}v${v}l${-c} ${c}h${-h}l${-c} ${-c}v${-v}z`;
}

/** A wait does nothing: a thin bar between two posts. */
function slim(x: number, y: number, width: number): string {
  const post = Math.min(2, width / 2);
  const inner = width - 2 * post;
  return `M${x} ${y}h${post}v3h${inner}v-3h${post}v${BAR_HEIGHT}h${-post}v-3h${-inner}v3h${-post}z`;
}

function arrow(x: number, y: number, width: number): string {
  const tip = Math.min(7, width / 2);
  return `M${x} ${y}h${width - tip}l${tip} ${BAR_HEIGHT / 2}l${-tip} ${BAR_HEIGHT / 2}h${tip - width}z`;
}

/** A bar that has not ended is torn off at its right. */
function openEnd(x: number, y: number, width: number): string {
  const quarter = BAR_HEIGHT / 4;
  const tear = Math.min(4, width / 2);
  const teeth = `l${-tear} ${quarter}l${tear} ${quarter}`.repeat(2);
  return `M${x} ${y}h${width}${teeth}h${-width}z`;
}
