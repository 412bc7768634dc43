import { barShape } from "./bar-shape.ts";
import { escapeText } from "./escape.ts";
import { BAR_HEIGHT } from "./layout.ts";
import { KIND_NAMES, type Bar, type BarKind, type Piece, type Status, type Timeline } from "./timeline.ts";

const WIDTH = 30;

/** One entry for each kind of thing that the figure shows: a drawing and its name. */
function legendEntries({ lanes, marks }: Timeline): readonly { shape: string; name: string }[] {
  const bars = lanes.flatMap(({ bars }) => bars);
  const kinds = new Set(bars.map(({ kind }) => kind));
  const pieces = new Set(bars.flatMap(({ pieces }) => pieces.map(({ kind }) => kind)));
  const statuses = new Set(bars.map(({ status }) => status));
  return [
    ...Array.from(kinds, (kind) => ({ shape: sample(kind), name: KIND_NAMES[kind] })),
    ...(pieces.has("replay") ? [{ shape: sample("invocation", "replay"), name: "replay" }] : []),
    ...(pieces.has("failed") ? [{ shape: sample("step", "failed"), name: "failed" }] : []),
    ...(pieces.has("pause") ? [{ shape: sample("step", "pause"), name: "between attempts" }] : []),
    ...(statuses.has("open") ? [{ shape: OPEN, name: "has not ended" }] : []),
    ...(statuses.has("unknown") ? [{ shape: OPEN, name: "outcome unknown" }] : []),
    ...(marks.length > 0 ? [{ shape: DEATH, name: "the process died" }] : []),
  ];
}

const DEATH = `<g class="mark"><path class="death" d="M15 0v${BAR_HEIGHT}"/><path class="bolt" d="M17 1l-8 11h5l-2 9 8-11h-5z"/></g>`;

function sample(kind: BarKind, piece: Piece["kind"] = "run", status: Status = "succeeded"): string {
  const bar: Bar = {
    kind,
    label: "",
    name: "",
    status,
    start: 0,
    end: 1,
    pieces: [{ kind: piece, start: 0, end: 1 }],
    summary: "",
    details: [],
  };
  const axis = { width: WIDTH, x: (moment: number) => moment * WIDTH, ticks: [], breaks: [] };
  const shape = barShape({ bar, x: 1, y: 1, width: WIDTH - 2 }, axis);
  return `<g class="b ${kind}">${shape}</g>`;
}

const OPEN = sample("operation", "run", "open");

/** The legend as HTML. */
export function legendHtml(timeline: Timeline): string {
  const items = legendEntries(timeline).map(
    ({ shape, name }) =>
      `<li><svg width="${WIDTH + 2}" height="${BAR_HEIGHT + 2}" aria-hidden="true">${shape}</svg>${escapeText(name)}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}
