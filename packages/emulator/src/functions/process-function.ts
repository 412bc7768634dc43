import type {
  InvocationEnding,
  InvocationRequest,
  LambdaFunction,
  RunningInvocation,
} from "./lambda-function.ts";
import { loadErrorText } from "./load-error.ts";
import { KILLED, ProcessInstance, type LogLine } from "./process-instance.ts";
import type { ProcessSettings } from "./process-settings.ts";
import type { ProcessReaper } from "./process-reaper.ts";

/** Processes that one function runs at a time. Further invocations wait. */
const MAX_INSTANCES = 20;

/** A function that runs in processes: each invocation in one that is idle, or in a new one. */
export class ProcessFunction implements LambdaFunction {
  readonly name: string;
  /** Whether the handler that was loaded last is wrapped by `withDurableExecution`, as far as its process can tell. */
  isWrapped = false;
  #settings: ProcessSettings;
  readonly #onLog: (line: LogLine) => void;
  readonly #reaper: ProcessReaper;
  readonly #instances = new Set<ProcessInstance>();
  readonly #idle: ProcessInstance[] = [];
  readonly #waiting: ((instance: ProcessInstance) => void)[] = [];
  #isStopped = false;

  constructor(settings: ProcessSettings, reaper: ProcessReaper, onLog: (line: LogLine) => void) {
    this.name = settings.functionName;
    this.#settings = settings;
    this.#reaper = reaper;
    this.#onLog = onLog;
  }

  invoke(request: InvocationRequest): RunningInvocation {
    let isKilled = false;
    let running: ProcessInstance | undefined;
    const run = async (): Promise<InvocationEnding> => {
      const instance = await this.#take();
      running = instance;
      if (isKilled) instance.kill();
      const loadError = await instance.ready;
      if (loadError !== undefined) {
        return isKilled ? KILLED : { kind: "threw", error: loadError };
      }
      const ending = await instance.run(request);
      this.#release(instance);
      return ending;
    };
    const kill = () => {
      isKilled = true;
      running?.kill();
    };
    return { ended: run(), kill };
  }

  /**
   * Starts a process before it is needed. Other settings apply from the next invocation on, once the process has loaded their code.
   * Code that cannot be loaded, such as a file that an editor has written half, changes nothing.
   *
   * @returns the error with which the handler was not loaded
   */
  async load(settings = this.#settings): Promise<string | undefined> {
    const instance = this.#start(settings);
    const error = await instance.ready;
    if (error !== undefined) return loadErrorText(error);
    this.#settings = settings;
    this.isWrapped = instance.isWrapped;
    for (const idle of this.#idle.splice(0)) idle.kill();
    this.#release(instance);
    return undefined;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const instance of this.#instances) instance.kill();
    await Promise.all(Array.from(this.#instances, ({ exited }) => exited));
  }

  #take(): Promise<ProcessInstance> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.hasExited) return Promise.resolve(idle);
    }
    if (this.#instances.size < MAX_INSTANCES) return Promise.resolve(this.#start());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(instance: ProcessInstance): void {
    if (instance.hasExited) return;
    if (this.#isStopped || instance.settings !== this.#settings) return instance.kill();
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(instance);
    else next(instance);
  }

  #start(settings = this.#settings): ProcessInstance {
    const instance = new ProcessInstance(settings, this.#onLog);
    this.#instances.add(instance);
    this.#reaper.watch(instance);
    instance.exited.then(() => this.#forget(instance)).catch(() => undefined); // it never rejects
    if (this.#isStopped) instance.kill();
    return instance;
  }

  #forget(instance: ProcessInstance): void {
    this.#instances.delete(instance);
    const next = this.#isStopped ? undefined : this.#waiting.shift();
    next?.(this.#start());
  }
}
