import type { HistoryEvent } from "../replay/history-event.ts";
import { operationLabel } from "../replay/operation-label.ts";
import { OperationPositions } from "../service/operation-positions.ts";
import { formatDuration, timesOf } from "./duration.ts";
import { recordOf, type ExecutionRecord } from "./execution-record.ts";
import type { ObservedPoint } from "./execution-sequence.ts";
import { callLanes, invocationLane } from "./process-lanes.ts";
import { attemptPieces, wholePiece } from "./pieces.ts";
import type { RecordedOperation } from "./read-operations.ts";
import type { Bar, BarKind, Detail, Lane, Status, Timeline } from "./timeline.ts";

/** The timeline of a recorded execution, with a lane for each context. */
export function executionTimeline(
  events: readonly HistoryEvent[],
  points: readonly ObservedPoint[] = [],
  title?: string,
): Timeline {
  const record = recordOf(events, points);
  const { moments, operations, invocations, marks, started, ended } = record;
  const times = moments.times;
  const last = times.length - 1;
  const [first = 0, final = 0] = [times[0], times[last]];
  return {
    title: title ?? (started?.name === undefined ? "Durable execution" : `Execution ${started.name}`),
    status: statusOf(ended),
    facts: [
      { label: "started", text: new Date(first).toISOString() },
      { label: "took", text: formatDuration(final - first) },
      { label: "invocations", text: `${invocations.length}` },
      { label: "operations", text: `${operations.size}` },
      ...(marks.length === 0 ? [] : [{ label: "crashes", text: `${marks.length}` }]),
    ],
    texts: [...textOf("event", started?.payload), ...outcomeOf(ended)],
    moments: times,
    scale: "milliseconds",
    lanes: [
      ...(invocations.length === 0 ? [] : [invocationLane(record)]),
      ...contextLanes(record),
      ...callLanes(record),
    ],
    bands: invocations.map(({ start, end = last }) => ({ start, end })),
    marks,
  };
}

/** One lane for the operations of the handler, and one for each context, below that of its parent. */
function contextLanes(record: ExecutionRecord): readonly Lane[] {
  const children = Map.groupBy(record.operations.values(), ({ started: { parentId } }) =>
    parentId !== undefined && record.operations.has(parentId) ? parentId : "",
  );
  const positions = positionsOf(record.operations.values());
  const bar = (operation: RecordedOperation) => operationBar(operation, record, positions.get(operation.id));
  const lanes: Lane[] = [];
  const add = (context: RecordedOperation | undefined, depth: number) => {
    const inside = children.get(context?.id ?? "") ?? [];
    const frame = context && bar(context);
    const bars = inside.filter(({ started }) => started.type !== "CONTEXT").map(bar);
    lanes.push({ label: frame?.label ?? "handler", depth, frame, bars });
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
    const position = positions.of({
      Id: id,
      ParentId: started.parentId,
      Type: undefined,
      StartTimestamp: undefined,
      Status: undefined,
    });
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
  const hasBody = type === "STEP";
  const pieces = hasBody ? attemptPieces(operation, invocations, last) : wholePiece(operation, last);
  const status = statusOf(ended);
  const failures = attempts.filter(({ failure }) => failure !== undefined);
  const summary = [
    statusText(status, ended),
    ...(attempts.length > 1 ? [`${attempts.length} attempts`] : []),
    timesOf(moments.times, start, end),
  ].join(", ");
  return {
    kind: kindOf(started),
    label: name ?? KINDS[kindOf(started)],
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

const KINDS: Readonly<Record<BarKind, string>> = {
  invocation: "invocation",
  context: "context",
  step: "step",
  condition: "waitForCondition",
  wait: "wait",
  callback: "callback",
  invoke: "invoke",
  call: "call",
  operation: "operation",
};

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

function statusText(status: Status, ended: HistoryEvent | undefined): string {
  if (ended === undefined) return status;
  return (ended.status ?? status).toLowerCase().replace("_", " ");
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
