import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Arguments of `durable-emulator dev`, without those that change from start to start. */
export interface EmulatorProcessOptions {
  readonly files: readonly string[];
  readonly dataFile: string;
  readonly envFile: string;
  readonly killRate: number;
  readonly seed: number;
}

/** The instants at which the emulator kills handler processes. */
export type KillPoint = "checkpoint" | "body" | "reply";

/** Lines of output that are kept for the message of a failure. */
const LINES_KEPT = 40;

/** `durable-emulator dev` in a process, which is killed now and then, and started again with the same data file. */
export class EmulatorProcess {
  readonly kills: Record<KillPoint, number> = { checkpoint: 0, body: 0, reply: 0 };
  /** How often the emulator itself was killed. */
  restarts = 0;
  readonly #options: EmulatorProcessOptions;
  readonly #lines: string[] = [];
  #port = 0;
  #child: ChildProcess | undefined;
  #isExpectedToEnd = false;
  #serving = Promise.withResolvers<string>();

  /** Called after each kill of a handler process. */
  onKill: () => void = () => undefined;
  /** Called when the emulator has ended by itself, which it must not. */
  onFailure: (error: Error) => void = () => undefined;

  constructor(options: EmulatorProcessOptions) {
    this.#options = options;
  }

  get handlerKills(): number {
    const { checkpoint, body, reply } = this.kills;
    return checkpoint + body + reply;
  }

  /** Resolves to its endpoint when it serves. */
  serving(): Promise<string> {
    return this.#serving.promise;
  }

  /** Starts it: the first time on any port, and then on the same one. */
  async start(): Promise<string> {
    this.#isExpectedToEnd = false;
    const endpoint = await this.#spawn();
    this.#port = Number(new URL(endpoint).port);
    this.#serving.resolve(endpoint);
    return endpoint;
  }

  /** Kills it with SIGKILL, and starts it again. */
  async killAndRestart(): Promise<void> {
    this.restarts += 1;
    await this.#end("SIGKILL");
    await this.start();
  }

  /** Ends it as Ctrl-C does. */
  stop(): Promise<void> {
    return this.#end("SIGINT");
  }

  #spawn(): Promise<string> {
    const { files, dataFile, envFile, killRate, seed } = this.#options;
    const cli = fileURLToPath(import.meta.resolve("@durable-counter/emulator/cli"));
    const flags = {
      "--port": `${this.#port}`,
      "--data": dataFile,
      "--env": envFile,
      "--kill-rate": `${killRate}`,
      // Another seed after each start: the same one would make the same first decisions again.
      "--seed": `${(seed + this.restarts) % 2 ** 31}`,
    };
    const child = spawn(
      process.execPath,
      [...process.execArgv, cli, "dev", ...files, ...Object.entries(flags).flat()],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#child = child;
    return new Promise((resolve, reject) => {
      const onLine = (line: string) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
        const endpoint = /^Lambda is at (\S+)/u.exec(line)?.[1];
        if (endpoint !== undefined) resolve(endpoint);
        const point = / killed at (checkpoint|body|reply)$/u.exec(line)?.[1];
        if (point === undefined) return;
        this.kills[point as KillPoint] += 1; // by the pattern
        this.onKill();
      };
      for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", onLine);
      child.on("exit", (code, signal) => {
        if (this.#isExpectedToEnd) return;
        const error = new Error(
          `The emulator ended with ${signal ?? `exit code ${code}`}. Its last lines:\n${this.#lines.join("\n")}`,
        );
        reject(error);
        this.onFailure(error);
      });
    });
  }

  async #end(signal: "SIGKILL" | "SIGINT"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.#isExpectedToEnd = true;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    // From now on clients wait for the next start.
    this.#serving = Promise.withResolvers();
    child.kill(signal);
    await exited;
  }
}
