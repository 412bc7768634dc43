import type { Operation } from "@aws/durable-execution-sdk-js";
import { isClosed, isWithinClosed, withoutClosedChildren } from "../service/execution-state.ts";
import { OperationPositions, wireId } from "../service/operation-positions.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { History } from "./history.ts";
import { batchSummary, operationsAfter } from "./recorded-operations.ts";
import type { RecordedState } from "./watched-state.ts";

/** A point of a recorded execution at which today's code could take over. */
export interface ReplayPoint {
  /** The last event before this point. */
  readonly event: number;
  readonly state: RecordedState;
  /** The positions of all operations so far, by id. */
  readonly positions: ReadonlyMap<string, string>;
  /** The position of an operation, if it is the next one of an open context. */
  readonly nextPosition: (id: string) => string | undefined;
  /** Whether the recorded code was suspended in this state, so that it waited for the open operations. */
  readonly isSuspended: boolean;
  /** Whether the history ends here. */
  readonly isEnd: boolean;
}

/** The points besides the end of the history: wherever the execution was suspended, after every event, or none. */
export type ReplayAt = "suspensions" | "every-event" | "end";

export function* replayPoints(history: History, at: ReplayAt): Generator<ReplayPoint> {
  const { events, ending } = history;
  const lastInvocation = events.findLastIndex(({ type }) => type === "INVOCATION");
  for (const [index, event] of events.entries()) {
    // An invocation that failed was interrupted, and the last one of an execution that ended did not suspend it.
    const isSuspension =
      event.type === "INVOCATION" &&
      event.error === undefined &&
      (ending === undefined || index < lastInvocation);
    const point = () => replayPoint(history, index + 1, isSuspension && isWaiting(events.slice(0, index)));
    if (index === events.length - 1) yield { ...point(), isEnd: true };
    else if (at !== "end" && isSuspension) yield point();
    else if (at === "every-event" && event.type !== "EXECUTION" && event.type !== "INVOCATION") yield point();
  }
}

function replayPoint({ events, payload }: History, event: number, isSuspended: boolean): ReplayPoint {
  const all = operationsAfter(events.slice(0, event));
  const finder = new OperationPositions();
  const positions = new Map(Array.from(all, ([id, operation]) => [id, finder.of(operation)]));
  const kept = new Map(withoutClosedChildren(all).map((operation) => [operation.Id ?? "", operation]));
  const state = { payload, operations: kept, ...virtualContexts(kept, positions) };
  const nextPosition = (Id: string) => {
    const contexts = Array.from(kept.values()).filter((each) => each.Type === "CONTEXT" && !isClosed(each));
    for (const ParentId of [undefined, ...contexts.map((context) => context.Id)]) {
      const found = finder.of({ Id, ParentId });
      if (!found.startsWith("#")) return found;
    }
    return undefined;
  };
  return { event, state, positions, nextPosition, isSuspended, isEnd: false };
}

/** Whether no external event has happened since the code last did something. */
function isWaiting(events: readonly HistoryEvent[]): boolean {
  const last = events.findLast(({ type }) => type !== "INVOCATION");
  return last !== undefined && (last.status === "STARTED" || last.type === "STEP" || last.type === "CONTEXT");
}

/** Contexts without an operation, such as the items of a flat map. They take a level of the positions. */
function virtualContexts(
  operations: ReadonlyMap<string, Operation>,
  positions: ReadonlyMap<string, string>,
): Pick<RecordedState, "virtual" | "absent"> {
  const virtual = new Set<string>();
  const absent = new Set<string>();
  for (const [id, operation] of operations) {
    const position = positions.get(id) ?? "";
    const into = isWithinClosed(operation, operations) ? absent : virtual;
    for (let parent = parentOf(position); parent !== ""; parent = parentOf(parent)) {
      const parentId = wireId(parent);
      if (parentId === operation.ParentId) break;
      into.add(parentId);
    }
    const items = operation.ContextDetails?.ReplayChildren
      ? batchSummary(operation.ContextDetails.Result)
      : undefined;
    for (let item = 1; item <= (items?.totalCount ?? 0); item += 1) {
      const itemId = wireId(`${position}-${item}`);
      if (!operations.has(itemId)) absent.add(itemId);
    }
  }
  return { virtual, absent };
}

/** The position of the context around a position. Empty for the root. */
function parentOf(position: string): string {
  return position.slice(0, Math.max(0, position.lastIndexOf("-")));
}
