import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROCESS = fileURLToPath(new URL("worker-process.ts", import.meta.url));

/** What a worker is asked for: one run, or runs for `turnMs` milliseconds. */
export type Task = { readonly turnMs: number } | "run";

/** A contender in a process of its own. */
export interface Worker {
  /** The result of one run. */
  run(): Promise<unknown>;
  /** Runs for `turnMs` milliseconds, at least once. Resolves to the average milliseconds of a run. */
  turn(turnMs: number): Promise<number>;
  stop(): void;
}

/** Starts the process of a contender. If the process ends, pending calls reject. */
export function startWorker(bench: string, contender: string): Worker {
  const child = fork(PROCESS, [bench, contender], { execArgv: [...process.execArgv, "--expose-gc"] });
  const ask = (task: Task) =>
    new Promise<unknown>((resolve, reject) => {
      const onMessage = (answer: unknown) => {
        child.off("exit", onExit);
        resolve(answer);
      };
      const onExit = (code: number | null) => {
        reject(new Error(`"${contender}" of the bench "${bench}" ended with code ${code}; see above.`));
      };
      child.once("message", onMessage).once("exit", onExit);
      child.send(task);
    });
  return {
    run: () => ask("run"),
    turn: async (turnMs) => Number(await ask({ turnMs })),
    // It then ends by itself, and removes its files.
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}
