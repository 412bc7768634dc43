import type { Bar, Lane, Moment, Timeline } from "./timeline.ts";

/** An execution that another one invoked, and where its lanes belong. */
export interface InvokedTimeline {
  readonly timeline: Timeline;
  readonly functionName: string;
  /** The lane of the operation that invoked it. Its own lanes follow that lane. */
  readonly lane: Lane;
  /** The moment at which the operation began. */
  readonly start: Moment;
  /** The moment at which it ended. Missing if it has not. */
  readonly end?: Moment | undefined;
}

/** Adds the lanes of invoked executions, on one axis of time. */
export function withInvokedLanes(timeline: Timeline, invoked: readonly InvokedTimeline[]): Timeline {
  const placed = invoked
    .map((each) => ({ ...each, at: timeline.lanes.indexOf(each.lane) }))
    // From the end, so that what is inserted moves no place of what is still to be inserted.
    .toSorted((a, b) => b.at - a.at || b.start - a.start);
  let result = timeline;
  let moved: readonly Moment[] = timeline.moments.map((_, moment) => moment);
  for (const { timeline: callee, functionName, lane, end, at } of placed) {
    const merged = merge(result.moments, callee.moments, end === undefined ? Infinity : moved[end]);
    moved = moved.map((moment) => merged.caller[moment] ?? moment);
    const own = remapped(callee, merged.callee, merged.moments.length - 1);
    const rest = remapped(result, merged.caller, merged.moments.length - 1);
    const lanes = own.lanes.map(({ label, depth, ...each }) => ({
      ...each,
      label: depth === 0 ? `${functionName}: ${label}` : label,
      depth: lane.depth + 1 + depth,
    }));
    result = {
      ...rest,
      moments: merged.moments,
      lanes: rest.lanes.toSpliced(at + 1, 0, ...lanes),
      marks: [
        ...rest.marks,
        ...own.marks.map(({ label, ...mark }) => ({ ...mark, label: `${functionName}: ${label}` })),
      ],
    };
  }
  return result;
}

/**
 * Merges the moments of a caller with those of the execution that it invoked. At the same time, the callee comes before the
 * end of the operation that invoked it, and after everything else.
 *
 * @param end the caller's moment at which the callee has ended
 * @returns for each moment of the caller and of the callee, the merged one
 */
function merge(callerTimes: readonly number[], calleeTimes: readonly number[], end: Moment = Infinity) {
  const moments: number[] = [];
  const caller: Moment[] = [];
  const callee: Moment[] = [];
  while (caller.length < callerTimes.length || callee.length < calleeTimes.length) {
    const [own = Infinity, other = Infinity] = [callerTimes[caller.length], calleeTimes[callee.length]];
    const isCaller = own < other || (own === other && caller.length < end);
    (isCaller ? caller : callee).push(moments.length);
    moments.push(isCaller ? own : other);
  }
  return { moments, caller, callee };
}

/** The same with other numbers of its moments. What has not ended lasts until the last one. */
function remapped(timeline: Timeline, to: readonly Moment[], last: Moment): Timeline {
  const final = timeline.moments.length - 1;
  const map = (moment: Moment) => to[moment] ?? moment;
  const span = <Span extends { readonly start: Moment; readonly end: Moment }>(
    each: Span,
    isOpen: boolean,
  ) => ({
    ...each,
    start: map(each.start),
    end: isOpen && each.end === final ? last : map(each.end),
  });
  const bar = (each: Bar): Bar => {
    const isOpen = each.status === "open";
    return { ...span(each, isOpen), pieces: each.pieces.map((piece) => span(piece, isOpen)) };
  };
  return {
    ...timeline,
    lanes: timeline.lanes.map(({ frame, bars, ...lane }) => ({
      ...lane,
      frame: frame && bar(frame),
      bars: bars.map(bar),
    })),
    bands: timeline.bands.map((band) => span(band, false)),
    marks: timeline.marks.map((mark) => ({ ...mark, at: map(mark.at) })),
  };
}
