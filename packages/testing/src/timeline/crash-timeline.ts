import type { CrashFailure } from "../crashes/failure-message.ts";
import { describePoint, type TimelineEntry } from "../crashes/crash-point.ts";
import { readEvents } from "../replay/history.ts";
import { executionTimeline } from "./execution-timeline.ts";
import type { ObservedPoint } from "./execution-sequence.ts";
import type { Timeline } from "./timeline.ts";

/** The timeline of a run that failed: its history, the calls of dependencies, and where its processes died. */
export function crashTimeline({ where, problems, crashes, run }: CrashFailure): Timeline {
  const points = run.timeline.flatMap((entry) => observedPoint(entry));
  const timeline = executionTimeline(readEvents(run.history).events, { points, title: where });
  const again = `await exploreCrashes(handler, { ...options, crashes: [${crashes.join(", ")}] })`;
  return {
    ...timeline,
    // Of an execution that succeeded something else can be wrong.
    status: undefined,
    facts: [{ label: "execution", text: timeline.status ?? "open" }, ...timeline.facts],
    texts: [
      { label: problems.length === 1 ? "problem" : "problems", text: problems.join("\n") },
      { label: "just this again", text: again },
      ...timeline.texts,
    ],
  };
}

function observedPoint({ point, crashed, after }: TimelineEntry): readonly ObservedPoint[] {
  if (crashed) return [{ after, kind: "death", label: `The process died ${describePoint(point)}` }];
  if (point.at === "call") return [{ after, kind: "call", label: point.name }];
  if (point.at === "call-answer") return [{ after, kind: "answer", label: point.name }];
  return [];
}
