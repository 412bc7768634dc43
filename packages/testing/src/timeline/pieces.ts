import type { RecordedInvocation } from "./execution-record.ts";
import type { RecordedOperation } from "./read-operations.ts";
import type { Moment, Piece } from "./timeline.ts";

/** What an operation without a body looks like: it is open from its start to its end. */
export function wholePiece({ start, end, attempts }: RecordedOperation, last: Moment): readonly Piece[] {
  const hasFailed = attempts.at(-1)?.failure !== undefined;
  return [{ kind: hasFailed ? "failed" : "run", start, end: end ?? last }];
}

/**
 * The pieces of an operation with a body: its attempts, and pauses between them. A body runs in a process, so an attempt
 * pauses between two invocations: the process died, and the next one runs the body again.
 */
export function attemptPieces(
  { start, end, attempts }: RecordedOperation,
  invocations: readonly RecordedInvocation[],
  last: Moment,
): readonly Piece[] {
  const pieces: Piece[] = [];
  const until = end ?? last;
  let position = start;
  const add = (kind: Piece["kind"], from: Moment, to: Moment) => {
    if (from > position) pieces.push({ kind: "pause", start: position, end: from });
    if (to > from) pieces.push({ kind, start: from, end: to });
    position = Math.max(position, to);
  };
  for (const attempt of attempts) {
    const kind = attempt.failure === undefined ? "run" : "failed";
    const attemptEnd = attempt.end ?? until;
    const parts = overlaps(attempt.start, attemptEnd, invocations, last);
    if (parts.length === 0) add(kind, attempt.start, attemptEnd);
    for (const [index, { from, to }] of parts.entries()) {
      add(index === parts.length - 1 ? kind : "failed", from, to);
    }
  }
  if (position < until) pieces.push({ kind: "pause", start: position, end: until });
  return pieces;
}

function overlaps(
  start: Moment,
  end: Moment,
  invocations: readonly RecordedInvocation[],
  last: Moment,
): readonly { readonly from: Moment; readonly to: Moment }[] {
  const found: { from: Moment; to: Moment }[] = [];
  for (let index = firstAfter(invocations, start, last); index < invocations.length; index += 1) {
    const invocation = invocations[index];
    if (invocation === undefined || invocation.start >= end) break;
    const from = Math.max(start, invocation.start);
    const to = Math.min(end, invocation.end ?? last);
    if (from < to) found.push({ from, to });
  }
  return found;
}

/** The first invocation that ends after the moment: invocations do not overlap. */
function firstAfter(invocations: readonly RecordedInvocation[], moment: Moment, last: Moment): number {
  let low = 0;
  let high = invocations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((invocations[middle]?.end ?? last) > moment) high = middle;
    else low = middle + 1;
  }
  return low;
}
