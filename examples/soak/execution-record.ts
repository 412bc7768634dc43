import type { Event } from "@aws-sdk/client-lambda";

/** A durable step that has ended, as the history of its execution tells it. */
export interface EndedStep {
  readonly name: string;
  /** Its result, as JSON. */
  readonly result: string | undefined;
  /** A time before its first attempt began, in milliseconds: the SDK does not wait until the start of a step is recorded. */
  readonly start: number;
  readonly end: number;
}

/** One execution of the soak, when it has ended. */
export interface ExecutionRecord {
  readonly name: string;
  readonly event: object;
  /** JSON. */
  readonly payload: string;
  readonly functionError: string | undefined;
  readonly steps: readonly EndedStep[];
  readonly invocations: number;
  /** Invocations whose process was killed by the emulator. */
  readonly killedInvocations: number;
}

/** The steps of an execution that runs one step at a time, each within the time after the end of the one before it. */
export function stepsOf(history: readonly Event[]): readonly EndedStep[] {
  const steps: EndedStep[] = [];
  let start = timeOf(history[0]);
  for (const event of history) {
    if (event.EventType !== "StepSucceeded") continue;
    const end = timeOf(event);
    steps.push({
      name: event.Name ?? "",
      result: event.StepSucceededDetails?.Result?.Payload,
      start,
      end,
    });
    start = end;
  }
  return steps;
}

/** How many invocations there were, and how many of them ended because the emulator killed the process. */
export function invocationsOf(history: readonly Event[]): { invocations: number; killedInvocations: number } {
  const ended = history.flatMap(({ InvocationCompletedDetails }) => InvocationCompletedDetails ?? []);
  const killed = ended.filter(({ Error }) => Error?.Payload?.ErrorMessage === "The process was killed.");
  return { invocations: ended.length, killedInvocations: killed.length };
}

/** The callbacks that an execution has opened. */
export function callbacksOf(history: readonly Event[]): readonly string[] {
  return history.flatMap(({ CallbackStartedDetails }) => CallbackStartedDetails?.CallbackId ?? []);
}

function timeOf(event: Event | undefined): number {
  return event?.EventTimestamp?.getTime() ?? Number.NaN;
}
