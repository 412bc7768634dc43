import { timesOf } from "./duration.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import type { Bar, Lane, Piece } from "./timeline.ts";

/** The lane of the invocations, each of which replays what has ended before it continues. */
export function invocationLane({ invocations, moments: { times } }: ExecutionRecord): Lane {
  const last = times.length - 1;
  const bars = invocations.map((invocation): Bar => {
    const { number, start, end = last, replayedUntil, replayed, failure } = invocation;
    const status = failure === undefined ? (invocation.end === undefined ? "open" : "succeeded") : "failed";
    const kind = failure === undefined ? "run" : "failed";
    const pieces: readonly Piece[] = [
      { kind: "replay", start, end: replayedUntil },
      { kind, start: replayedUntil, end },
    ];
    const replay =
      replayed === 0 ? [] : [`replays ${replayed} completed operation${replayed === 1 ? "" : "s"}`];
    return {
      kind: "invocation",
      label: `${number}`,
      name: `invocation ${number}`,
      status,
      start,
      end,
      pieces: pieces.filter((piece) => piece.end > piece.start),
      summary: [failure ?? STATUS[status], ...replay, timesOf(times, start, invocation.end)].join(", "),
      details: [],
    };
  });
  return { label: "invocations", depth: 0, bars };
}

const STATUS = { succeeded: "ended", failed: "failed", open: "open" } as const;

/** The lane of the calls of dependencies, if there were any. */
export function callLanes({ calls, moments: { times } }: ExecutionRecord): readonly Lane[] {
  if (calls.length === 0) return [];
  const last = times.length - 1;
  const bars = calls.map(({ label, start, end = last, hasAnswer }): Bar => ({
    kind: "call",
    label,
    name: `call of ${label}`,
    status: hasAnswer ? "succeeded" : "unknown",
    start,
    end,
    pieces: [{ kind: "run", start, end }],
    summary: `${hasAnswer ? "answered" : "the process got no answer"}, ${timesOf(times, start, end)}`,
    details: [],
  }));
  return [{ label: "dependencies", depth: 0, bars }];
}
