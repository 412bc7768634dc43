import { timelineImage } from "./image.ts";
import { timelinePage } from "./page.ts";
import { timelineOf, type TimelineSource } from "./read-input.ts";

/**
 * Draws what happened as one HTML page: a lane for each context, bars for operations with their attempts and waits, the
 * invocations and what they replay, where the process died, and payloads beside the bar that the reader points at. The
 * page loads nothing from the network. The same source gives the same page.
 *
 * @param source a `Simulation` or `RunningSimulation`, a failure of `exploreCrashes`, a history as `checkLinearizable`
 * takes it, or the parsed JSON of `aws lambda get-durable-execution-history`, with or without payloads
 * @throws TypeError for anything else, or an incomplete history; the message says what to pass
 * @example
 * ```ts
 * writeFileSync("timeline.html", renderTimeline(await simulate(handler)));
 * ```
 */
export function renderTimeline(source: TimelineSource): string {
  return timelinePage([timelineOf(source)]);
}

/**
 * Draws the figure of {@link renderTimeline} alone, as an SVG image for a document.
 *
 * @throws TypeError as {@link renderTimeline} does
 * @example
 * ```ts
 * writeFileSync("timeline.svg", renderTimelineSvg(await simulate(handler)));
 * ```
 */
export function renderTimelineSvg(source: TimelineSource): string {
  return timelineImage(timelineOf(source));
}
