import type { Operation } from "@aws/durable-execution-sdk-js";
import type { HistoryEvent } from "./history-event.ts";

/**
 * The operations of an execution after these events, by id and in start order.
 *
 * @throws TypeError for an operation that ends without having started
 */
export function operationsAfter(events: readonly HistoryEvent[]): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const event of events) {
    const { id, type } = event;
    if (id === undefined || type === "EXECUTION" || type === "INVOCATION") continue;
    operations.set(id, after(operations.get(id) ?? started(event, id), event));
  }
  return operations;
}

function started(
  { eventId, eventType, type, status, name, subType, parentId, timestamp }: HistoryEvent,
  id: string,
): Operation {
  if (status !== "STARTED") {
    throw new TypeError(
      `Event ${eventId} of the history is ${eventType} of an operation that never started, "${id}"; pass all events.`,
    );
  }
  return {
    Id: id,
    ...(parentId === undefined ? {} : { ParentId: parentId }),
    ...(name === undefined ? {} : { Name: name }),
    Type: type === "INVOCATION" ? undefined : type,
    ...(subType === undefined ? {} : { SubType: subType }),
    StartTimestamp: timestamp,
    Status: status,
  };
}

function after(operation: Operation, event: HistoryEvent): Operation {
  const { type, status, payload, error, callbackId, retryDelaySeconds, timestamp } = event;
  const isEnd = status !== "STARTED" && retryDelaySeconds === undefined;
  const outcome = {
    ...(payload === undefined ? {} : { Result: payload }),
    ...(error === undefined ? {} : { Error: error }),
  };
  const next: Operation = {
    ...operation,
    Status: status === "STARTED" || isEnd ? status : "PENDING",
    ...(isEnd ? { EndTimestamp: timestamp } : {}),
  };
  switch (type) {
    case "STEP":
      // A new attempt keeps the result of the last one: a waitForCondition continues from it.
      return status === "STARTED"
        ? next
        : { ...next, StepDetails: { ...outcome, Attempt: attempts(operation, event) } };
    case "CONTEXT":
      return isEnd ? { ...next, ContextDetails: { ...outcome, ...replaysChildren(event) } } : next;
    case "CALLBACK":
      return {
        ...next,
        CallbackDetails: {
          ...operation.CallbackDetails,
          ...outcome,
          ...(callbackId && { CallbackId: callbackId }),
        },
      };
    case "CHAINED_INVOKE":
      return { ...next, ChainedInvokeDetails: outcome };
    default:
      return next;
  }
}

function attempts({ StepDetails }: Operation, { attempt, retryDelaySeconds }: HistoryEvent): number {
  const counted = (StepDetails?.Attempt ?? 0) + 1;
  return retryDelaySeconds === undefined ? counted : (attempt ?? counted);
}

/**
 * A context whose result is too large replays its children to compute the result again. No event says so, but the
 * stored result does: it is a summary for map and parallel, and empty for a child context.
 */
function replaysChildren({ subType, payload }: HistoryEvent): { ReplayChildren: true } | undefined {
  const isReplayed =
    subType === "Map" || subType === "Parallel"
      ? batchSummary(payload) !== undefined
      : payload === "" && subType !== "WaitForCallback";
  return isReplayed ? { ReplayChildren: true } : undefined;
}

/** Reads a summary that the durable SDK stores instead of a large result of map or parallel. */
export function batchSummary(payload: string | undefined): { readonly totalCount: number } | undefined {
  if (payload === undefined || !/^\{"type":"(Map|Parallel)Result",/.test(payload)) return undefined;
  const { totalCount } = JSON.parse(payload) as { totalCount?: unknown }; // by its first key, the SDK's own
  return { totalCount: typeof totalCount === "number" ? totalCount : 0 };
}
