import { formatValue } from "../format-value.ts";
import { DeadlockError } from "./deadlock-error.ts";
import { usualOption, type Decision, type Option, type Policy } from "./schedule.ts";
import { waitUntilIdle } from "./wait-until-idle.ts";
import { Task, taskScopes, type Point, type TaskScope } from "./task.ts";

const NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The limits of a run. */
export interface Limits {
  /** Real milliseconds without progress. */
  readonly timeoutMs: number;
  readonly maxSteps: number;
}

/** Runs the tasks of one run, one at a time. */
export class Scheduler {
  readonly decisions: Decision[] = [];
  /** Which task continued at each step, and from which point. */
  readonly steps: { readonly task: Task; readonly point: Point }[] = [];
  /** The error if the schedule is wrong, rather than the program. */
  fault: unknown;
  state: "new" | "running" | "ended" = "new";
  readonly #policy: Policy;
  readonly #limits: Limits;

  constructor(policy: Policy, limits: Limits) {
    this.#policy = policy;
    this.#limits = limits;
  }

  /**
   * Runs the tasks to their end, including the calls that they do not await.
   *
   * @returns their results; rejects with the error of the first one that failed
   * @throws DeadlockError
   */
  async run(programs: readonly (() => unknown)[]): Promise<unknown[]> {
    this.#check(programs);
    this.state = "running";
    const tasks = programs.map((_, index) => new Task(NAMES.charAt(index)));
    const ends = tasks.map((task, index) => this.#start(task, programs[index]));
    // All results are awaited at the end. Until then a rejection is no unhandled rejection.
    const results = Promise.allSettled(ends);
    try {
      for (;;) {
        await waitUntilIdle(tasks, this.#limits.timeoutMs);
        if (tasks.every(({ isFinished, points }) => isFinished && points.length === 0)) break;
        this.#goOn(tasks);
      }
      await results;
      return await Promise.all(ends);
    } finally {
      this.state = "ended";
    }
  }

  /** Runs a call, with a scheduling point before it and one before its caller gets the answer. */
  async call(
    scope: TaskScope,
    name: string,
    args: readonly unknown[],
    carryOut: () => unknown,
  ): Promise<unknown> {
    const { task, call: parent } = scope;
    const call = { label: `${name}(${args.map(formatValue).join(", ")})`, parent };
    let outcome = "";
    await this.#wait(task, {
      name: `${name} runs`,
      within: parent,
      describe: () => `${call.label} runs${outcome}`,
    });
    task.calls.add(call);
    const carriedOut = async () => carryOut();
    const [answer] = await Promise.allSettled([taskScopes.run({ task, call }, carriedOut)]);
    task.calls.delete(call);
    task.progress += 1;
    const { status } = answer;
    if (status === "rejected") outcome = ` and throws ${String(answer.reason)}`;
    else if (answer.value !== undefined) outcome = `: ${formatValue(answer.value)}`;
    await this.#wait(task, {
      name: `${name} answers`,
      within: parent,
      describe: () => `${call.label} answers`,
    });
    if (status === "rejected") throw answer.reason;
    return answer.value;
  }

  async #start(task: Task, program: (() => unknown) | undefined): Promise<unknown> {
    try {
      return await taskScopes.run({ task, call: undefined }, async () => {
        await this.#wait(task, { name: "begins", within: undefined, describe: () => "begins" });
        return program?.();
      });
    } finally {
      task.isFinished = true;
      task.progress += 1;
    }
  }

  #wait(task: Task, what: Omit<Point, "release">): Promise<void> {
    return new Promise((release) => {
      task.points.push({ ...what, release });
      task.progress += 1;
    });
  }

  #goOn(tasks: readonly Task[]): void {
    const waiting = tasks.flatMap((task) =>
      task.points.map((point, index) => ({
        option: {
          key: index === 0 ? task.name : `${task.name}(${index + 1})`,
          task: task.name,
          name: point.name,
        },
        task,
        point,
      })),
    );
    const options = waiting.map(({ option }) => option);
    const usual = usualOption(options, this.decisions);
    if (usual === undefined) throw new DeadlockError(tasks);
    if (this.decisions.length >= this.#limits.maxSteps) throw this.#endless();
    const chosen = this.#choose(options, usual);
    const next = waiting.find(({ option }) => option === chosen);
    if (next === undefined) return;
    this.decisions.push({ options, usual, chosen });
    const { task, point } = next;
    this.steps.push({ task, point });
    task.points.splice(task.points.indexOf(point), 1);
    task.latest = point;
    point.release();
  }

  #choose(options: readonly Option[], usual: Option): Option {
    try {
      return this.#policy(options, usual, this.decisions.length);
    } catch (error) {
      this.fault = error;
      throw error;
    }
  }

  #check(programs: unknown): void {
    if (this.state !== "new" || taskScopes.getStore() !== undefined) {
      throw this.#atFault(
        new Error("run was called more than once; call it once per program, with all of its tasks."),
      );
    }
    const isList = Array.isArray(programs) && programs.every((program) => typeof program === "function");
    if (!isList || programs.length === 0 || programs.length > NAMES.length) {
      const remedy = `pass an array of 1 to ${NAMES.length} functions`;
      throw this.#atFault(new TypeError(`The tasks of run are ${formatValue(programs)}; ${remedy}.`));
    }
  }

  #endless(): Error {
    const { maxSteps } = this.#limits;
    const recent = new Set(
      this.steps.slice(-10).map(({ task, point }) => `${task.name} ${point.describe()}`),
    );
    return new Error(
      `The tasks did not end within ${maxSteps} steps. The last were: ${[...recent].join("; ")}. ` +
        "A task may poll for what never comes; where it does come, raise options.maxSteps.",
    );
  }

  #atFault(error: Error): Error {
    this.fault = error;
    return error;
  }
}
