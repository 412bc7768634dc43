import { functionNameOf } from "../service/arn.ts";
import { formatValue } from "../format-value.ts";
import type { SimulateOptions } from "../simulator/options.ts";
import { historyEvent, type HistoryEvent } from "./history-event.ts";

/** A recorded execution, complete and in order. */
export interface History {
  /** The ARN of the execution, if it is known. */
  readonly arn: string | undefined;
  /** JSON. */
  readonly payload: string | undefined;
  /** All events. The first one starts the execution. */
  readonly events: readonly HistoryEvent[];
  /** The event with which the handler ended the execution. An execution that was stopped or timed out has none. */
  readonly ending: HistoryEvent | undefined;
}

/**
 * Reads the JSON of GetDurableExecutionHistory, or its array of events, in ascending or descending order.
 *
 * @param expected the execution that the history must belong to
 * @throws TypeError for a value that is no complete history, or that belongs to another function
 */
export function readHistory(
  value: unknown,
  expected: Pick<SimulateOptions, "functionName" | "arn"> = {},
): History {
  const { arn = expected.arn, events } = readEvents(value);
  checkFunction(arn, expected.functionName);
  checkPayloads(events);
  const ending = events.find(({ eventType }) => ENDINGS.has(eventType));
  return { arn, payload: events[0]?.payload, events, ending };
}

const ENDINGS: ReadonlySet<string> = new Set(["ExecutionSucceeded", "ExecutionFailed"]);

/**
 * Reads all events of an execution, with or without their payloads, in order.
 *
 * @throws TypeError for a value that is no complete history
 */
export function readEvents(value: unknown): { arn: string | undefined; events: readonly HistoryEvent[] } {
  const { list, path, arn } = eventsOf(value);
  const events = list
    .map((event, index) => historyEvent(event, `${path}[${index}]`))
    .toSorted((a, b) => a.eventId - b.eventId);
  checkComplete(events);
  return { arn, events };
}

function eventsOf(value: unknown): { list: readonly unknown[]; path: string; arn?: string | undefined } {
  if (Array.isArray(value)) return { list: value, path: "history" };
  const { Events, NextMarker, DurableExecutionArn: arn } = Object(value) as Record<string, unknown>;
  if (!Array.isArray(Events)) {
    throw new TypeError(
      `history is ${formatValue(value)}; pass the parsed JSON of GetDurableExecutionHistory, { Events: […] }, or its ` +
        `array of events. The AWS CLI prints it: aws lambda get-durable-execution-history --durable-execution-arn …`,
    );
  }
  if (typeof NextMarker === "string" && NextMarker !== "") {
    throw new TypeError(
      `history.NextMarker is ${formatValue(NextMarker)}: this is one page of a history. Ask for the next with ` +
        `Marker: NextMarker until there is none, and pass the events of all pages as one array.`,
    );
  }
  return { list: Events, path: "history.Events", ...(typeof arn === "string" && { arn }) };
}

function checkFunction(arn: string | undefined, functionName: string | undefined): void {
  if (arn === undefined || functionName === undefined) return;
  const found = functionNameOf(arn);
  if (found !== functionName) {
    throw new TypeError(
      `The history is one of the function ${formatValue(found)}, but options.functionName is ${formatValue(functionName)}; ` +
        `pass a history of ${formatValue(functionName)}, or the handler of ${formatValue(found)}.`,
    );
  }
}

function checkComplete(events: readonly HistoryEvent[]): void {
  if (events[0] === undefined) {
    throw new TypeError("history has no events; pass the history of an execution that was started.");
  }
  for (const [index, { eventId, eventType }] of events.entries()) {
    if (eventId !== index + 1) {
      throw new TypeError(
        `history has no event ${index + 1}, but ${formatValue(eventType)} as event ${eventId}: a part is missing. Ask for ` +
          `every page, with Marker: NextMarker, and pass the events of all of them as one array.`,
      );
    }
  }
  if (events[0].eventType !== "ExecutionStarted") {
    throw new TypeError(
      `The first event of the history is ${formatValue(events[0].eventType)}, not "ExecutionStarted"; pass all events.`,
    );
  }
}

/** Single results can be missing, because a step returned nothing. If all are missing, they were not fetched. */
function checkPayloads(events: readonly HistoryEvent[]): void {
  if (events.every(({ payload }) => payload === undefined)) {
    throw new TypeError(
      "The history carries no payloads, neither the input nor any result, so that there is nothing to replay; fetch it " +
        "with IncludeExecutionData: true (AWS CLI: --include-execution-data).",
    );
  }
  const cut = events.find(({ isTruncated, type, status }) => {
    return isTruncated && (type !== "EXECUTION" || status === "STARTED") && type !== "INVOCATION";
  });
  if (cut !== undefined) {
    throw new TypeError(
      `Event ${cut.eventId} of the history, ${formatValue(cut.eventType)}, is marked as truncated: the service left out a ` +
        `part of its payload, without which it cannot be replayed. Pass the history of an execution with smaller payloads.`,
    );
  }
}
