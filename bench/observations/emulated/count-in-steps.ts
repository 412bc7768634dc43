import type { RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { median } from "../../measure/statistics.ts";
import { withTimedFunctions, type TimedFunctions, type Usage } from "./invoke-timed.ts";
import type { CountingWay } from "./timed-events.ts";

/** A way to do so many steps, each of which reads and updates one counter. */
export interface StepWay {
  readonly name: string;
  readonly way: CountingWay;
  /** `all`: one request of all steps. `invocations`: one invocation for each step, as a state machine does. */
  readonly sends: "one by one" | "all" | "invocations";
}

export interface StepRun {
  readonly steps: number;
  readonly name: string;
  /** In the time of an invocation with one plain `ADD`, one number for each repetition. */
  readonly times: readonly number[];
  readonly usage: Usage;
  readonly writeUnits: number;
  /** Whether the last command came to the number of steps, each time. */
  readonly isRight: boolean;
}

interface Size {
  readonly sizes: readonly number[];
  readonly repetitions: number;
  readonly seed: number;
}

/** Invocations with one plain `ADD`, whose median is the unit of a repetition. */
const UNIT_INVOCATIONS = 9;

/**
 * Times a growing number of steps in each way. The ways take turns, and each repetition has a unit of its own, so that whatever
 * else the machine does meets all of them alike. A repetition more than asked for comes first, in which code is compiled.
 */
export function countInSteps(
  ways: readonly StepWay[],
  { sizes, repetitions, seed }: Size,
  db: RunningDynamoDB,
): Promise<readonly StepRun[]> {
  return withTimedFunctions(db.endpoint, seed, async ({ count }) => {
    const runs: (StepRun & { readonly times: number[] })[] = [];
    for (const steps of sizes) {
      for (const [index, way] of ways.entries()) {
        const id = `steps-${steps}-${index}`;
        const { usage, writeUnits, isRight } = await runOnce(count, way, { id, steps, countsUnits: true });
        runs.push({ steps, name: way.name, times: [], usage, writeUnits, isRight });
      }
    }
    for (let repetition = -1; repetition < repetitions; repetition++) {
      const unit = await timeUnit(count, repetition);
      for (const run of runs) {
        const way = ways.find(({ name }) => name === run.name);
        if (way === undefined) continue;
        const id = `steps-${run.steps}-${ways.indexOf(way)}-${repetition}`;
        const { milliseconds, isRight } = await runOnce(count, way, { id, steps: run.steps });
        if (!isRight) throw new Error(`"${run.name}" came to a wrong value after ${run.steps} steps.`);
        if (repetition >= 0) run.times.push(milliseconds / unit);
      }
    }
    return runs;
  });
}

async function timeUnit(count: TimedFunctions["count"], repetition: number): Promise<number> {
  const times: number[] = [];
  for (let invocation = 0; invocation < UNIT_INVOCATIONS; invocation++) {
    const event = { id: `unit-${repetition}`, way: "plain ADD", requests: 1, batch: 1, caller: 0 } as const;
    times.push((await count(event)).milliseconds);
  }
  return median(times);
}

async function runOnce(
  count: TimedFunctions["count"],
  { way, sends }: StepWay,
  {
    id,
    steps,
    countsUnits = false,
  }: { readonly id: string; readonly steps: number; readonly countsUnits?: boolean },
) {
  const invocations = sends === "invocations" ? steps : 1;
  const requests = sends === "one by one" ? steps : 1;
  const batch = sends === "all" ? steps : 1;
  const total = { milliseconds: 0, writeUnits: 0, invocations: 0, bytesWritten: 0 };
  let [value, attempts]: [number, readonly number[]] = [0, []];
  for (let invocation = 0; invocation < invocations; invocation++) {
    const { counted, usage, milliseconds } = await count({
      id,
      way,
      requests,
      batch,
      countsUnits,
      caller: invocation,
    });
    total.milliseconds += milliseconds;
    total.writeUnits += counted.writeUnits;
    total.invocations += usage.invocations;
    total.bytesWritten += usage.bytesWritten;
    ({ value } = counted);
    ({ attempts } = usage);
  }
  const { milliseconds, writeUnits, ...used } = total;
  return { milliseconds, writeUnits, usage: { ...used, attempts }, isRight: value === steps };
}
