import type { Task } from "./task.ts";

/** No task can continue, and not all have ended. The message tells what each task waits for. */
export class DeadlockError extends Error {
  override readonly name = "DeadlockError";

  constructor(tasks: readonly Task[]) {
    const waiting = tasks.filter(({ isFinished }) => !isFinished);
    super(
      "Deadlock: no task can go on.\n" +
        waiting.map((task) => `  - ${task.name} waits for ${task.waitingFor}`).join("\n"),
    );
  }
}
