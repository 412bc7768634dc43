import type { HistoryEvent } from "../replay/history-event.ts";
import { operationLabel } from "../replay/operation-label.ts";
import { functionNameOf } from "../service/arn.ts";
import { OperationPositions } from "../service/operation-positions.ts";
import { formatDuration, timesOf } from "./duration.ts";
import { recordOf, type ExecutionRecord } from "./execution-record.ts";
import type { ObservedPoint } from "./execution-sequence.ts";
import { withInvokedLanes, type InvokedTimeline } from "./invoked-lanes.ts";
import { callLanes, invocationLane } from "./process-lanes.ts";
import { attemptPieces, wholePiece } from "./pieces.ts";
import type { RecordedOperation } from "./read-operations.ts";
import {
  KIND_NAMES,
  type Bar,
  type BarKind,
  type Detail,
  type Lane,
  type Status,
  type Timeline,
} from "./timeline.ts";

/** What is known of an execution beside its history. */
interface Beside {
  readonly points?: readonly ObservedPoint[];
  readonly title?: string;
  /** The executions that it invoked, by the id of the operation. */
  readonly invoked?: ReadonlyMap<string, Timeline>;
  readonly leftOut?: LeftOut;
}

/** Invoked executions that are not drawn. */
export interface LeftOut {
  /** The operations of this execution that invoked them. */
  readonly ids: ReadonlySet<string>;
  /** How many operations invoked them, also in the executions below. What those would have invoked in turn is not known. */
  readonly total: number;
}

/** The timeline of a recorded execution, with a lane for each context, and the lanes of the executions that it invoked. */
export function executionTimeline(
  events: readonly HistoryEvent[],
  { points = [], title, invoked = new Map(), leftOut = { ids: new Set(), total: 0 } }: Beside = {},
): Timeline {
  const record = recordOf(events, points);
  const { moments, operations, invocations, marks, started, ended } = record;
  const times = moments.times;
  const last = times.length - 1;
  const [first = 0, final = 0] = [times[0], times[last]];
  const contexts = contextLanes(record, leftOut.ids);
  const timeline: Timeline = {
    title: title ?? (started?.name === undefined ? "Durable execution" : `Execution ${started.name}`),
    status: statusOf(ended),
    facts: [
      { label: "started", text: new Date(first).toISOString() },
      { label: "took", text: formatDuration(final - first) },
      { label: "invocations", text: `${invocations.length}` },
      { label: "operations", text: `${operations.size}` },
      ...(marks.length === 0 ? [] : [{ label: "crashes", text: `${marks.length}` }]),
      ...(invoked.size === 0 ? [] : [{ label: "invoked executions", text: `${invoked.size}` }]),
      ...(leftOut.total === 0
        ? []
        : [{ label: "invokes whose executions are not drawn", text: `${leftOut.total}` }]),
    ],
    texts: [...textOf("event", started?.payload), ...outcomeOf(ended)],
    moments: times,
    scale: "milliseconds",
    lanes: [
      ...(invocations.length === 0 ? [] : [invocationLane(record)]),
      ...contexts.map(({ lane }) => lane),
      ...callLanes(record),
    ],
    bands: invocations.map(({ start, end = last }) => ({ start, end })),
    marks,
  };
  const placed = contexts.flatMap(({ lane, operations }) =>
    operations.flatMap((operation): readonly InvokedTimeline[] => {
      const { id, start, end, started } = operation;
      const callee = invoked.get(id);
      if (callee === undefined) return [];
      const functionName = functionNameOf(started.functionName ?? "invoked");
      return [{ timeline: callee, functionName, lane, start, end }];
    }),
  );
  return placed.length === 0 ? timeline : withInvokedLanes(timeline, placed);
}

/** A lane and the operations that its bars show. */
interface ContextLane {
  readonly lane: Lane;
  readonly operations: readonly RecordedOperation[];
}

const NOT_DRAWN = "its execution is not drawn";

/** One lane for the operations of the handler, and one for each context, below that of its parent. */
function contextLanes(record: ExecutionRecord, leftOut: ReadonlySet<string>): readonly ContextLane[] {
  const children = Map.groupBy(record.operations.values(), ({ started: { parentId } }) =>
    parentId !== undefined && record.operations.has(parentId) ? parentId : "",
  );
  const positions = positionsOf(record.operations.values());
  const bar = (operation: RecordedOperation): Bar => {
    const drawn = operationBar(operation, record, positions.get(operation.id));
    return leftOut.has(operation.id)
      ? { ...drawn, label: `${drawn.label} … ${NOT_DRAWN}`, summary: `${drawn.summary}, ${NOT_DRAWN}` }
      : drawn;
  };
  const lanes: ContextLane[] = [];
  const add = (context: RecordedOperation | undefined, depth: number) => {
    const inside = children.get(context?.id ?? "") ?? [];
    const frame = context && bar(context);
    const operations = inside.filter(({ started }) => started.type !== "CONTEXT");
    const label = frame?.label ?? "handler";
    lanes.push({ lane: { label, depth, frame, bars: operations.map(bar) }, operations });
    for (const each of inside) if (each.started.type === "CONTEXT") add(each, depth + 1);
  };
  add(undefined, 0);
  return lanes;
}

/** Another SDK may make its ids in another way. Then each search would be long and in vain. */
const MAX_UNKNOWN = 2;

/** The position of each operation, `"2-1"`, by its id, where it can be found. */
function positionsOf(operations: Iterable<RecordedOperation>): ReadonlyMap<string, string> {
  const positions = new OperationPositions();
  const found = new Map<string, string>();
  let unknown = 0;
  for (const { id, started } of operations) {
    const position = positions.of({ Id: id, ParentId: started.parentId });
    if (!position.startsWith("#")) found.set(id, position);
    else if (++unknown >= MAX_UNKNOWN) break;
  }
  return found;
}

function operationBar(
  operation: RecordedOperation,
  record: ExecutionRecord,
  position: string | undefined,
): Bar {
  const { started, start, end, ended, attempts } = operation;
  const { moments, invocations } = record;
  const last = moments.times.length - 1;
  const { name, type, subType } = started;
  const kind = kindOf(started);
  const hasBody = type === "STEP";
  const pieces = hasBody ? attemptPieces(operation, invocations, last) : wholePiece(operation, last);
  const status = statusOf(ended);
  const failures = attempts.filter(({ failure }) => failure !== undefined);
  const summary = [
    (ended?.status ?? status).toLowerCase().replace("_", " "),
    ...(attempts.length > 1 ? [`${attempts.length} attempts`] : []),
    timesOf(moments.times, start, end),
  ].join(", ");
  return {
    kind,
    label: name ?? KIND_NAMES[kind],
    name: operationLabel({ position, name, type, subType }),
    status,
    start,
    end: end ?? last,
    pieces,
    summary,
    details: [
      ...textOf("function", started.functionName),
      ...textOf("input", started.input),
      ...(ended === undefined && failures.length === 0 ? [] : textOf("result", ended?.payload)),
      ...failures.map(({ failure }, index) => ({
        label: attempts.length > 1 ? `error ${index + 1}` : "error",
        text: errorText(failure),
      })),
      ...durationOf("lasts", started.waitSeconds),
      ...durationOf("next attempt after", end === undefined ? attempts.at(-1)?.retryDelaySeconds : undefined),
      ...textOf("callback id", started.callbackId),
    ],
  };
}

function kindOf({ type, subType }: HistoryEvent): BarKind {
  switch (type) {
    case "STEP":
      return subType === "WaitForCondition" ? "condition" : "step";
    case "WAIT":
      return "wait";
    case "CALLBACK":
      return "callback";
    case "CHAINED_INVOKE":
      return "invoke";
    case "CONTEXT":
      return "context";
    default:
      return "operation";
  }
}

function statusOf(ended: HistoryEvent | undefined): Status {
  if (ended === undefined) return "open";
  return ended.status === "SUCCEEDED" || ended.status === "CANCELLED" ? "succeeded" : "failed";
}

function outcomeOf(ended: HistoryEvent | undefined): readonly Detail[] {
  if (ended?.error !== undefined) return [{ label: "error", text: errorText(ended.error) }];
  return textOf("result", ended?.payload);
}

function errorText(error: HistoryEvent["error"]): string {
  const { ErrorType = "Error", ErrorMessage = "", ErrorData } = error ?? {};
  return [`${ErrorType}: ${ErrorMessage}`, ...(ErrorData === undefined ? [] : [ErrorData])].join("\n");
}

function durationOf(label: string, seconds: number | undefined): readonly Detail[] {
  return seconds === undefined ? [] : [{ label, text: formatDuration(seconds * 1_000) }];
}

function textOf(label: string, text: string | undefined): readonly Detail[] {
  return text === undefined ? [] : [{ label, text }];
}
