import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROCESS = fileURLToPath(new URL("player-process.ts", import.meta.url));

/** What a player is asked for: one run, or as many as take so long. */
export type Task = { readonly turnMs: number } | "run";

/** A contender in a process of its own. */
export interface Player {
  /** What one run comes to. */
  run(): Promise<unknown>;
  /** Runs for so many milliseconds, once at least; resolves to what a run took on average. */
  turn(turnMs: number): Promise<number>;
  stop(): void;
}

/** Starts the process of a contender; when it fails, whoever waits for it is told. */
export function startPlayer(bench: string, contender: string): Player {
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
    stop: () => void child.kill(),
  };
}
