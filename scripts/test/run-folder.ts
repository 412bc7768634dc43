import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const PREFIX = "durable-counter-";
/** Of a run within a run, as in `pnpm verify`. It is short: a browser puts a socket there, whose path has at most 107 bytes. */
const NESTED_PREFIX = "run-";
const VITEST_WATCHDOG = "vitest-watchdog";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * One temporary folder per run. Every worker, program and engine of the run inherits it as `TMPDIR`, so removing it
 * removes whatever they left, and on Linux the inherited variable also identifies the processes to end. Both happen
 * when this process ends, be it by a signal. Nothing can be done after SIGKILL; the next run then removes the folder.
 */
export function createRunFolder(): string {
  const parent = realpathSync(tmpdir());
  const isNested = basename(parent).startsWith(PREFIX);
  if (!isNested) removeAbandonedFolders(parent);
  const folder = mkdtempSync(join(parent, `${isNested ? NESTED_PREFIX : PREFIX}${process.pid}-`));
  Object.assign(process.env, { TMPDIR: folder, TMP: folder, TEMP: folder });

  const clear = () => {
    const left = endProcessesOf(folder);
    if (left.length > 0) console.error(`Ended what the tests left running:\n${left.join("\n")}`);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on("exit", clear);
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      clear();
      process.kill(process.pid, signal);
    });
  }
  return folder;
}

/** Removes the folders of runs that were killed. */
function removeAbandonedFolders(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`, "u").exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    endProcessesOf(join(parent, name));
    rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // Another user's process is running too.
  }
}

/** Kills the processes whose `TMPDIR` is the folder, and returns their command lines. Knows them on Linux only. */
function endProcessesOf(folder: string): readonly string[] {
  if (process.platform !== "linux") return [];
  const ended: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/u.test(name))) {
    if (Number(pid) === process.pid) continue;
    const environment = contentOf(`/proc/${pid}/environ`).split("\0");
    if (!environment.some((entry) => entry === `TMPDIR=${folder}` || entry.startsWith(`TMPDIR=${folder}/`)))
      continue;
    const command = contentOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    if (command === VITEST_WATCHDOG) continue; // It ends by itself, after this process.
    try {
      process.kill(Number(pid), "SIGKILL");
      ended.push(`  ${pid} ${command}`);
    } catch {
      // It ended by itself meanwhile.
    }
  }
  return ended;
}

/** The text of a file; empty where it vanished or belongs to another user. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
