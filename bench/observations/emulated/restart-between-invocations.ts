import { join } from "node:path";
import { InvokeCommand, SendDurableExecutionCallbackSuccessCommand } from "@aws-sdk/client-lambda";
import type { EmulatorOptions } from "@durable-counter/emulator";
import type { PausingEvent } from "./program-events.ts";
import { workOf, type Work } from "./report-work.ts";
import { withEmulator } from "./with-emulator.ts";

type Change = Parameters<NonNullable<EmulatorOptions["onChange"]>>[0];

export const PROGRAMS = join(import.meta.dirname, "programs.ts");
const FUNCTION = "pausing";

export interface Restarted {
  /** What each new process did to come to the place where the last one paused: one report for each stop. */
  readonly resumes: readonly Work[];
  readonly processes: number;
  readonly invocations: number;
  /** The result of the execution. */
  readonly value: number;
}

/** Runs an execution that pauses at its stops, and replaces its process at each of them. */
export async function restartBetweenInvocations(
  event: PausingEvent,
  endpoint: string,
  seed: number,
): Promise<Restarted> {
  const resumes = new Map<string, Work>();
  let last: Change | undefined;
  let wake = () => {};
  const onChange = (change: Change) => {
    last = change;
    wake();
  };
  const untilPausedOrEnded = async (): Promise<Change> => {
    for (;;) {
      if (last !== undefined && !last.isRunning && (last.recorded.isClosed || openCallback(last)))
        return last;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const onLog = ({ text }: { text: string }) => {
    const work = workOf(text);
    // A later process passes this place too, on its way to its own.
    if (work !== undefined && !resumes.has(work.at)) resumes.set(work.at, work);
  };
  const options = { file: PROGRAMS, endpoints: { [FUNCTION]: endpoint }, seed, onLog, onChange };
  return withEmulator(options, async ({ emulator, client }) => {
    await client.send(
      new InvokeCommand({
        FunctionName: `${FUNCTION}:$LATEST`,
        InvocationType: "Event",
        DurableExecutionName: event.id,
        Payload: JSON.stringify(event),
      }),
    );
    let change = await untilPausedOrEnded();
    while (!change.recorded.isClosed) {
      const error = await emulator.reload(FUNCTION); // kills the idle process
      if (error !== undefined) throw new Error(error);
      last = undefined;
      const CallbackId = openCallback(change);
      await client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: '"go on"' }));
      change = await untilPausedOrEnded();
    }
    const { end, invocations } = change.recorded;
    return {
      resumes: event.stops.flatMap((stop) => resumes.get(String(stop)) ?? []),
      processes: new Set(Array.from(resumes.values(), ({ pid }) => pid)).size,
      invocations,
      value: Number(end?.result ?? Number.NaN),
    };
  });
}

function openCallback({ recorded }: Change): string | undefined {
  const open = [...recorded.state.operations].find(
    ({ Type, Status }) => Type === "CALLBACK" && Status === "STARTED",
  );
  return open?.CallbackDetails?.CallbackId;
}
