import type { Decision, Policy } from "./schedule.ts";
import { Scheduler, type Limits } from "./scheduler.ts";
import type { Task } from "./task.ts";
import { Wrapper } from "./wrapper.ts";

/** The functions that a program gets for each run. */
export interface ProgramContext {
  /**
   * Wraps a dependency, which is an object or a function. Each call of an asynchronous method, and each step of an
   * asynchronous iterator, gets two scheduling points: before it runs, and before the caller gets its answer.
   * Synchronous methods are not scheduled.
   *
   * @param name for messages. Default: the name of the class or function
   */
  readonly wrap: <T extends object>(dependency: T, name?: string) => T;
  /**
   * Runs up to 26 tasks interleaved. Call it once per program. The start of a task is a scheduling point too. Resolves
   * to the results of the tasks when all have ended, or rejects with the error of the first task that failed.
   */
  readonly run: <const T extends readonly (() => unknown)[]>(
    tasks: T,
  ) => Promise<{ -readonly [I in keyof T]: Awaited<ReturnType<T[I]>> }>;
}

/** Creates dependencies, runs tasks that use them, and throws if the result is wrong. */
export type InterleavingProgram = (context: ProgramContext) => unknown;

/** The outcome of one run. */
export interface Run {
  readonly decisions: readonly Decision[];
  /** The task of each step, and what happened there. */
  readonly steps: readonly { readonly task: string; readonly text: string }[];
  /** The error that the program threw. */
  readonly failure: { readonly error: unknown } | undefined;
}

/**
 * Runs a program once. If a call shows that a method is asynchronous that was not known to be, the run is repeated,
 * because that call was not scheduled.
 *
 * @param known the asynchronous methods that were found so far
 * @throws the error if the schedule is invalid, or the program uses its context wrongly
 */
export async function runProgram(
  program: InterleavingProgram,
  policy: () => Policy,
  limits: Limits,
  known: Set<string>,
): Promise<Run> {
  for (;;) {
    const scheduler = new Scheduler(policy(), limits);
    const wrapper = new Wrapper(scheduler, known);
    const failure = await failureOf(async () =>
      program({
        wrap: (dependency, name) => wrapper.wrap(dependency, name),
        // The results have the order of the tasks.
        run: (tasks) => scheduler.run(tasks) as never,
      }),
    );
    if (scheduler.fault !== undefined) throw scheduler.fault;
    if (wrapper.hasLearned) continue;
    if (scheduler.state === "new" && failure === undefined) {
      throw new Error("The program never called run; pass it the tasks to interleave.");
    }
    if (scheduler.state === "running") {
      throw new Error("The program ended before its tasks; await what run returns.");
    }
    return { decisions: scheduler.decisions, steps: scheduler.steps.map(textOf), failure };
  }
}

async function failureOf(program: () => Promise<unknown>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await program();
    return undefined;
  } catch (error) {
    return { error };
  }
}

function textOf({ task, point }: { task: Task; point: { describe: () => string } }): Run["steps"][number] {
  return { task: task.name, text: point.describe() };
}
