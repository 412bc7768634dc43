import {
  checkCallbackError,
  checkCallbackResult,
  functionArn,
  type CallbackDetails,
  type Clock,
  type ErrorObject,
  type ExecutionHistoryEvent,
} from "@durable-counter/testing/service";
import { invalidMember } from "./api-error.ts";
import type { Executions } from "./executions/executions.ts";
import type { ExecutionSummary } from "./executions/journal.ts";
import type { RecordedExecution } from "./executions/recorded-execution.ts";
import type { Functions } from "./functions/functions.ts";
import { pageOf, type PageRequest } from "./page.ts";

/** What to list. */
export interface ListRequest extends PageRequest {
  readonly functionName: string;
  readonly executionName?: string | undefined;
  readonly statuses: readonly string[];
  readonly startedAfter?: Date | undefined;
  readonly startedBefore?: Date | undefined;
  /** Oldest first. */
  readonly reverse: boolean;
}

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"];
const RETENTION_DAYS = 14;

/** The calls of Lambda's API that look at executions or change them from outside, and their answers. */
export class DurableApi {
  readonly #executions: Executions;
  readonly #functions: Functions;
  readonly #clock: Clock;

  constructor(executions: Executions, functions: Functions, clock: Clock) {
    this.#executions = executions;
    this.#functions = functions;
    this.#clock = clock;
  }

  get(arn: string, withData: boolean): object {
    const { start, end, endedAt } = this.#executions.find(arn).recorded;
    return {
      ...executionOf({ ...start, status: end?.status ?? "RUNNING", endedAt }),
      ...(withData ? { InputPayload: start.payload, Result: end?.result, Error: end?.error } : {}),
      Version: "$LATEST",
      ExecutionDataIncluded: withData,
      DurableConfig: { ExecutionTimeout: start.timeoutSeconds, RetentionPeriodInDays: RETENTION_DAYS },
    };
  }

  history(arn: string, withData: boolean, reverse: boolean, request: PageRequest): object {
    const { recorded } = this.#executions.find(arn);
    const { events } = recorded.history;
    const ordered = reverse ? events.toReversed() : events;
    const { items, NextMarker } = pageOf(ordered, ({ EventId }) => `${EventId}`, request);
    const shown = items.map((event) => this.#withInvoked(event, recorded));
    return { Events: withData ? shown : shown.map(withoutData), NextMarker };
  }

  list({
    functionName,
    executionName,
    statuses,
    startedAfter,
    startedBefore,
    reverse,
    ...page
  }: ListRequest): object {
    const unknown = statuses.find((status) => !STATUSES.includes(status));
    if (unknown !== undefined) {
      throw invalidMember(
        unknown,
        "statuses",
        `Member must satisfy enum value set: [${STATUSES.join(", ")}]`,
      );
    }
    const [after, before] = [startedAfter?.getTime() ?? -Infinity, startedBefore?.getTime() ?? Infinity];
    const ofFunction = this.#executions.list().filter((each) => each.functionName === functionName);
    // An emulator with a data file can have executions of functions that it does not serve now.
    if (ofFunction.length === 0) this.#functions.find({ name: functionName, qualifier: undefined });
    const found = ofFunction.filter(
      (each) =>
        (executionName === undefined || each.executionName === executionName) &&
        (statuses.length === 0 || statuses.includes(each.status)) &&
        each.startedAt > after &&
        each.startedAt < before,
    );
    const { items, NextMarker } = pageOf(reverse ? found : found.toReversed(), ({ arn }) => arn, page);
    return { DurableExecutions: items.map(executionOf), NextMarker };
  }

  stop(arn: string, error: ErrorObject | undefined): object {
    const execution = this.#executions.find(arn);
    execution.abort(error);
    return { StopTimestamp: new Date(execution.recorded.endedAt ?? this.#clock.now) };
  }

  succeed(callbackId: string, result: string): object {
    checkCallbackResult(result);
    return this.#close(callbackId, { Result: result === "" ? undefined : result });
  }

  fail(callbackId: string, error: ErrorObject): object {
    checkCallbackError(error);
    return this.#close(callbackId, { Error: error });
  }

  heartbeat(callbackId: string): object {
    const { execution, operationId } = this.#executions.ofCallback(callbackId);
    execution.happened({ kind: "heartbeat", at: this.#clock.now, id: operationId });
    return {};
  }

  /** The start of a chained invoke names the execution that it started, if the function is a durable one. */
  #withInvoked(event: ExecutionHistoryEvent, { start, invokes }: RecordedExecution): ExecutionHistoryEvent {
    const { EventType, Id, ChainedInvokeStartedDetails: details } = event;
    const update = EventType === "ChainedInvokeStarted" && Id !== undefined ? invokes.get(Id) : undefined;
    const invoked = update && this.#executions.invokedBy(start, update);
    if (invoked === undefined) return event;
    const started = { ...details, DurableExecutionArn: invoked.arn, ExecutedVersion: "$LATEST" };
    return { ...event, ChainedInvokeStartedDetails: started };
  }

  #close(callbackId: string, details: CallbackDetails): object {
    const { execution, operationId } = this.#executions.ofCallback(callbackId);
    execution.happened({ kind: "callback", at: this.#clock.now, id: operationId, details });
    return {};
  }
}

function executionOf({
  arn,
  functionName,
  executionName,
  status,
  startedAt,
  endedAt,
}: ExecutionSummary): object {
  return {
    DurableExecutionArn: arn,
    DurableExecutionName: executionName,
    FunctionArn: functionArn(functionName),
    Status: status,
    StartTimestamp: new Date(startedAt),
    ...(endedAt === undefined ? {} : { EndTimestamp: new Date(endedAt) }),
  };
}

/** The event without what the function's code has passed or returned. */
function withoutData(event: ExecutionHistoryEvent): object {
  const details = event[`${event.EventType}Details`];
  const shown = Object.entries(details ?? {}).filter(([key]) => !["Input", "Result", "Error"].includes(key));
  return { ...event, [`${event.EventType}Details`]: Object.fromEntries(shown) };
}
