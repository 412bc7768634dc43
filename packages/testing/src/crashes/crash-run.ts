import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { ProcessDied, type ProtocolPoint } from "../simulator/faults.ts";
import { simulateWithFaults } from "../simulator/simulate.ts";
import type { SimulateOptions } from "../simulator/options.ts";
import type { Simulation } from "../simulator/simulation.ts";
import { isSame, type CrashPoint, type CrashTarget, type TimelineEntry } from "./crash-point.ts";
import { runInProcess, type CrashableProcess, type DependencyCall } from "./crashable.ts";

/** One run with crashes at planned points. */
export interface CrashRun {
  readonly timeline: readonly TimelineEntry[];
  /** Whether every target came; how a program falls into step may differ from run to run. */
  readonly reached: boolean;
  readonly simulation?: Simulation;
  /** Why the simulation could not be finished. */
  readonly stopped?: unknown;
  /** Calls of dependencies that were under way when the execution ended. */
  readonly unfinished: readonly string[];
  /** Calls of dependencies made by code whose invocation was over. */
  readonly late: readonly string[];
}

/** Nothing can die where nothing is at stake: a stale call is refused, and a state that is read changes nothing. */
function isCrashPoint(point: CrashPoint): boolean {
  return point.at !== "stale-call" && point.at !== "state-read";
}

/** Simulates the handler and lets it die at the targets, one after the other. */
export async function runWithCrashes(
  handler: DurableLambdaHandler,
  options: SimulateOptions,
  targets: readonly CrashTarget[],
): Promise<CrashRun> {
  const waiting = [...targets];
  let seen = 0;
  const timeline: TimelineEntry[] = [];
  const pass = (point: CrashPoint): boolean => {
    const [target] = waiting;
    if (target !== undefined && isSame(target.point, point)) seen++;
    const crashed = target !== undefined && seen === target.occurrence;
    if (crashed) {
      waiting.shift();
      seen = 0;
    }
    timeline.push({ point, crashed });
    return crashed;
  };

  const processes: SimulatedProcess[] = [];
  const inProcess: DurableLambdaHandler = (event, context) => {
    const process = new SimulatedProcess(event.DurableExecutionArn, pass);
    processes.push(process);
    return Promise.race([runInProcess(process, () => handler(event, context)), process.death]);
  };
  const faults = (point: ProtocolPoint) => {
    if (!isCrashPoint(point)) return undefined;
    const process = processes.findLast(({ arn }) => arn === point.arn);
    const crashes = pass(point);
    if (crashes) process?.die();
    else if (point.at === "invocation-end") process?.end();
    return crashes ? ("crash" as const) : undefined;
  };
  const outcome = await simulateWithFaults(inProcess, options, faults).then(
    (simulation) => ({ simulation }),
    (stopped: unknown) => ({ stopped }),
  );
  const unfinished = processes.at(-1)?.open ?? [];
  // What code of this run still does must not reach the next one.
  for (const process of processes) process.die();
  return {
    ...outcome,
    reached: waiting.length === 0,
    timeline: [...timeline],
    unfinished,
    late: processes.flatMap(({ late }) => late),
  };
}

/** A process that dies by its invocation ending, and by its dependencies never answering again. */
class SimulatedProcess implements CrashableProcess {
  readonly arn: string;
  readonly death: Promise<never>;
  readonly late: string[] = [];
  isDead = false;
  #isOver = false;
  readonly #open = new Map<string, number>();
  readonly #passes: (point: CrashPoint) => boolean;
  #kill: (error: Error) => void = () => undefined;

  constructor(arn: string, passes: (point: CrashPoint) => boolean) {
    this.arn = arn;
    this.#passes = passes;
    this.death = new Promise((_, reject) => {
      this.#kill = reject;
    });
    this.death.catch(() => undefined);
  }

  /** The calls that were made and not answered yet. */
  get open(): readonly string[] {
    return [...this.#open].flatMap(([name, count]) => Array.from({ length: count }, () => name));
  }

  pass(call: DependencyCall): boolean {
    if (this.#isOver && call.at === "call") this.late.push(call.name);
    const change = call.at === "call" ? 1 : -1;
    this.#open.set(call.name, (this.#open.get(call.name) ?? 0) + change);
    if (!this.#passes(call)) return false;
    this.die();
    return true;
  }

  /** Its invocation is over; what its code still does, it does unnoticed. */
  end(): void {
    this.#isOver = true;
  }

  die(): void {
    this.isDead = true;
    this.#kill(new ProcessDied());
  }
}
