import { ProcessDied } from "../simulator/protocol-point.ts";
import type { ProcessCall } from "./crash-point.ts";
import type { CrashableProcess, DependencyCall } from "./crashable.ts";

type Execution = Pick<ProcessCall, "arn" | "invokedFunction">;

/** The process of one invocation. When it dies, its invocation ends and no dependency answers it any more. */
export class SimulatedProcess implements CrashableProcess {
  /** The execution that is invoked. */
  readonly execution: Execution;
  readonly #death = Promise.withResolvers<never>();
  /** Rejects when the process dies. */
  readonly death = this.#death.promise;
  /** Calls of dependencies that were made after the invocation had ended. */
  readonly lateCalls: string[] = [];
  isDead = false;
  #isOver = false;
  readonly #openCalls = new Map<string, number>();
  readonly #crashesAt: (call: ProcessCall) => boolean;

  constructor({ arn, invokedFunction }: Execution, crashesAt: (call: ProcessCall) => boolean) {
    this.execution = { arn, invokedFunction };
    this.#crashesAt = crashesAt;
    this.death.catch(() => undefined);
  }

  /** The calls of dependencies that have no answer yet. */
  get openCalls(): readonly string[] {
    return [...this.#openCalls].flatMap(([name, count]) => Array.from({ length: count }, () => name));
  }

  pass(call: DependencyCall): boolean {
    if (this.#isOver && call.at === "call") this.lateCalls.push(call.name);
    const change = call.at === "call" ? 1 : -1;
    this.#openCalls.set(call.name, (this.#openCalls.get(call.name) ?? 0) + change);
    if (!this.#crashesAt({ ...call, ...this.execution })) return false;
    this.die();
    return true;
  }

  /** The invocation has ended. Its code may still be running. */
  end(): void {
    this.#isOver = true;
  }

  die(): void {
    this.isDead = true;
    this.#death.reject(new ProcessDied());
  }
}
