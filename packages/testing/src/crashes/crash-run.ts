import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import type { ProtocolPoint, RunInProcess } from "../simulator/protocol-point.ts";
import { ExecutionHistory, type ExecutionHistoryEvent } from "../service/execution-history.ts";
import type { SimulateOptions } from "../simulator/options.ts";
import { simulateWithFaults } from "../simulator/simulate.ts";
import type { Simulation } from "../simulator/simulation.ts";
import type { CrashPlan } from "./crash-plan.ts";
import { describePoint, type CrashPoint, type TimelineEntry } from "./crash-point.ts";
import { runInProcess } from "./crashable.ts";
import { SimulatedProcess } from "./simulated-process.ts";

/** A simulation whose processes died as planned. */
export interface CrashRun {
  readonly timeline: readonly TimelineEntry[];
  /** The events of the execution, also of one that was stopped. */
  readonly history: readonly ExecutionHistoryEvent[];
  /** Whether every planned crash happened: the order of concurrent code can differ from run to run. */
  readonly reached: boolean;
  readonly simulation?: Simulation;
  /** The error with which the simulation was stopped. */
  readonly stopped?: unknown;
  /** Calls of dependencies that had no answer when the execution ended. */
  readonly openCalls: readonly string[];
  /** Calls of dependencies that were made after their invocation had ended. */
  readonly lateCalls: readonly string[];
  /** Checkpoints that the service has refused. */
  readonly refusals: readonly string[];
}

/** Simulates the handler, and lets its processes die where the plan says so. */
export async function runWithCrashes(
  handler: DurableLambdaHandler,
  options: SimulateOptions,
  plan: CrashPlan,
): Promise<CrashRun> {
  const timeline: TimelineEntry[] = [];
  const history = new ExecutionHistory();
  const crashesAt = (point: CrashPoint): boolean => {
    const crashed = plan.crashesAt(point);
    timeline.push({ point, crashed, after: history.length });
    return crashed;
  };

  const processes: SimulatedProcess[] = [];
  const inProcess: RunInProcess = (code, execution) => (event, context) => {
    const process = new SimulatedProcess(execution, crashesAt);
    processes.push(process);
    return Promise.race([runInProcess(process, () => code(event, context)), process.death]);
  };
  const refusals: string[] = [];
  const faults = (point: ProtocolPoint) => {
    if (point.at === "refusal") refusals.push(`${describePoint(point)}: ${point.message}`);
    if (!isCrashPoint(point)) return undefined;
    const process = processes.findLast(({ execution }) => execution.arn === point.arn);
    const crashes = crashesAt(point);
    if (crashes) process?.die();
    else if (point.at === "invocation-end") process?.end();
    return crashes ? ("crash" as const) : undefined;
  };
  const outcome = await simulateWithFaults(handler, options, faults, { history, inProcess }).then(
    (simulation) => ({ simulation }),
    (stopped: unknown) => ({ stopped }),
  );
  // Of each execution, the process of its last invocation.
  const last = new Map(processes.map((process) => [process.execution.arn, process]));
  const openCalls = [...last.values()].flatMap((process) => process.openCalls);
  // Code of this run that is still running must not touch the dependencies of the next run.
  for (const process of processes) process.die();
  return {
    ...outcome,
    reached: plan.isComplete,
    timeline: [...timeline],
    history: history.events,
    openCalls,
    lateCalls: processes.flatMap(({ lateCalls }) => lateCalls),
    refusals,
  };
}

/** A crash at a refused or stale call, or at a read of the state, would change nothing. */
function isCrashPoint(point: CrashPoint): boolean {
  return point.at !== "stale-call" && point.at !== "state-read" && point.at !== "refusal";
}
