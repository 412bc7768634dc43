import { join } from "node:path";
import type { EmulatorOptions } from "@durable-counter/emulator";
import type { Counted, CountingEvent } from "./timed-events.ts";
import { STATELESS_WAYS } from "./timed-events.ts";
import { withEmulator } from "./with-emulator.ts";

type Change = Parameters<NonNullable<EmulatorOptions["onChange"]>>[0];

export const TIMED_PROGRAMS = join(import.meta.dirname, "timed-programs.ts");

/** What an execution is charged for. A function without durable steps has no operations. */
export interface Usage {
  /** How often each durable operation ran. */
  readonly attempts: readonly number[];
  readonly invocations: number;
  readonly bytesWritten: number;
}

export interface TimedInvocation {
  readonly counted: Counted;
  readonly usage: Usage;
  /** From the request to its answer. */
  readonly milliseconds: number;
}

export interface TimedFunctions {
  /** Invokes the function of an event's way, over HTTP. */
  readonly count: (event: CountingEvent) => Promise<TimedInvocation>;
}

/** Runs the functions of timed-programs.ts in the emulator while `use` runs. */
export async function withTimedFunctions<Result>(
  endpoint: string,
  seed: number,
  use: (functions: TimedFunctions) => Promise<Result>,
): Promise<Result> {
  const changes = new Map<string, Change>();
  const onChange = (change: Change) => changes.set(change.recorded.start.executionName, change);
  const endpoints = { stateless: endpoint, durable: endpoint };
  return withEmulator({ file: TIMED_PROGRAMS, endpoints, seed, onChange }, ({ invoke }) =>
    use({
      count: async (event) => {
        const isDurable = STATELESS_WAYS.every((way) => way !== event.way);
        const name = `${event.id}-${event.caller}`;
        const began = performance.now();
        const { result, errorType } = await (isDurable
          ? invoke("durable", event, name)
          : invoke("stateless", event));
        const milliseconds = performance.now() - began;
        if (errorType !== undefined)
          throw new Error(`${JSON.stringify(event)} failed: ${JSON.stringify(result)}`);
        const usage = isDurable
          ? usageOf(changes.get(name))
          : { attempts: [], invocations: 1, bytesWritten: 0 };
        changes.delete(name);
        return { counted: result as Counted, usage, milliseconds }; // of timed-programs.ts
      },
    }),
  );
}

function usageOf(change: Change | undefined): Usage {
  const { state, invocations } = change?.recorded ?? {};
  const operations = [...(state?.operations ?? [])];
  return {
    attempts: operations.map(({ StepDetails: step }) => step?.Attempt ?? 1),
    invocations: invocations ?? 0,
    bytesWritten: operations.reduce(
      (sum, { StepDetails: step }) => sum + Buffer.byteLength(step?.Result ?? ""),
      0,
    ),
  };
}
