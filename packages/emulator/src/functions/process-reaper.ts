import { spawn, type ChildProcess } from "node:child_process";
import type { ProcessInstance } from "./process-instance.ts";

/** Reads lists of process ids. When its input ends, it kills those of the last list, and removes the folder. */
const SCRIPT =
  'ids=""; while IFS= read -r line; do ids="$line"; done; [ -z "$ids" ] || kill -KILL $ids 2>/dev/null; rm -rf -- "$1"';

/**
 * Kills all handler processes when the emulator has ended, however it ended, and removes its temporary folder: a frozen process
 * cannot notice it by itself. A shell waits for the end of a pipe that only the emulator holds.
 */
export class ProcessReaper {
  readonly #pids = new Set<number>();
  readonly #shell: ChildProcess | undefined;
  readonly #exited: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    if (process.platform === "win32") return; // where no process is frozen
    // Detached, so that Ctrl-C does not end it before its work is done.
    this.#shell = spawn("sh", ["-c", SCRIPT, "sh", folder], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    this.#exited = new Promise((exited) => {
      this.#shell?.on("exit", () => exited());
      this.#shell?.on("error", () => exited()); // without a shell, frozen processes can be left behind
    });
    this.#shell.stdin?.on("error", () => undefined);
    this.#shell.unref();
  }

  watch(instance: ProcessInstance): void {
    const { pid } = instance;
    if (pid === undefined) return;
    this.#pids.add(pid);
    this.#tell();
    instance.exited
      .then(() => {
        this.#pids.delete(pid);
        return this.#tell();
      })
      .catch(() => undefined); // it never rejects
  }

  /** Ends the shell, and with it all processes that are left. */
  async stop(): Promise<void> {
    this.#shell?.ref();
    this.#shell?.stdin?.end();
    await this.#exited;
  }

  #tell(): void {
    this.#shell?.stdin?.write(`${Array.from(this.#pids).join(" ")}\n`);
  }
}
