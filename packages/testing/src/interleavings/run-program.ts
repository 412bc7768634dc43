import type { Decision, Policy } from "./schedule.ts";
import { Scheduler, type Limits } from "./scheduler.ts";
import type { Task } from "./task.ts";
import { Wrapper } from "./wrapper.ts";

/** What a program is given, anew in each run. */
export interface ProgramContext {
  /**
   * Wraps a dependency, an object or a function: a scheduling point before each call of an asynchronous method is
   * carried out, and one after, before its answer is seen. Each step of an asynchronous iterator is such a call.
   * Synchronous methods pass.
   *
   * @param name for messages. Default: that of the class or the function
   */
  readonly wrap: <T extends object>(dependency: T, name?: string) => T;
  /**
   * Runs up to 26 tasks interleaved, once per program; that a task begins is a scheduling point, too. Resolves to
   * what they resolve to when all have ended; rejects with the error of the first of them that failed.
   */
  readonly run: <const T extends readonly (() => unknown)[]>(
    tasks: T,
  ) => Promise<{ -readonly [I in keyof T]: Awaited<ReturnType<T[I]>> }>;
}

/** Sets a stage with fresh dependencies, runs tasks on it, and checks what came of it by throwing. */
export type InterleavingProgram = (stage: ProgramContext) => unknown;

/** How a run went. */
export interface Run {
  readonly decisions: readonly Decision[];
  /** Who went on, from where, in words. */
  readonly steps: readonly { readonly task: string; readonly text: string }[];
  /** What the program threw. */
  readonly failure: { readonly error: unknown } | undefined;
}

/**
 * Runs a program once. A method that turns out to be asynchronous only when it is called could not be scheduled: then
 * the run does not count, and begins again.
 *
 * @param known such methods, found so far
 * @throws what is wrong with the schedule or with the use of the stage
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
        // The results stand in the order of the tasks.
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
