import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { recordRun } from "./test-runs.ts";

const REPORT_AFTER_MS = 30_000;
const STACK_AFTER_MS = 300_000;
const REPORT_WITHIN_MS = 5_000;

/** A test file that runs. */
interface Running {
  readonly module: TestModule;
  /** What it said last: which test it began or finished. */
  readonly news: string;
  readonly since: number;
  readonly hasShownStack: boolean;
}

export interface ProgressReporterOptions {
  readonly seed: string;
  /** The temporary folder of the run. */
  readonly folder: string;
  /** After so long without news a process is ended: the limit of a test cannot end an endless loop. */
  readonly hangMs: number;
}

/**
 * Prints the seed, from time to time the tests that run long, and after minutes what the process of such a test waits
 * for. A failed run ends with the command that repeats it.
 */
export class ProgressReporter implements Reporter {
  readonly #options: ProgressReporterOptions;
  readonly #running = new Map<string, Running>();
  /** On a busy machine, what a file's last test came to may be reported after the end of the file. */
  readonly #ended = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProgressReporterOptions) {
    this.#options = options;
  }

  onTestRunStart(): void {
    const { seed } = this.#options;
    console.log(`Seed ${seed}; TEST_SEED=${seed} repeats this run.\n`);
    this.#timer = setInterval(() => void this.#reportLongRuns(), REPORT_AFTER_MS).unref();
  }

  onTestModuleQueued(module: TestModule): void {
    this.#ended.delete(module.moduleId);
    this.#note(module, "");
  }

  onTestCaseReady({ module, fullName }: TestCase): void {
    this.#note(module, ` > ${fullName}`);
  }

  onTestCaseResult({ module, fullName }: TestCase): void {
    this.#note(module, `, after ${fullName}`);
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    this.#running.delete(moduleId);
    this.#ended.add(moduleId);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    clearInterval(this.#timer);
    recordRun(modules);
    const failed = modules.filter((module) => module.state() === "failed");
    if (failed.length === 0) return;
    const files = failed.map((module) => module.relativeModuleId).join(" ");
    console.log(
      `\nTo run the failed files again:\n  TEST_SEED=${this.#options.seed} pnpm exec vitest run ${files}`,
    );
  }

  #note(module: TestModule, news: string): void {
    if (this.#ended.has(module.moduleId)) return;
    this.#running.set(module.moduleId, { module, news, since: Date.now(), hasShownStack: false });
  }

  async #reportLongRuns(): Promise<void> {
    for (const running of this.#running.values()) {
      const { module, news, since, hasShownStack } = running;
      const elapsed = Date.now() - since;
      if (elapsed < REPORT_AFTER_MS) continue;
      console.log(`Still running, ${Math.round(elapsed / 1_000)} s: ${module.relativeModuleId}${news}`);
      const pid = workerOf(this.#options.folder, module.moduleId);
      if (pid === undefined) continue;
      if (elapsed >= STACK_AFTER_MS && !hasShownStack) {
        this.#running.set(module.moduleId, { ...running, hasShownStack: true });
        console.log(await standOf(pid, this.#options.folder));
      }
      if (elapsed >= this.#options.hangMs + 2 * REPORT_AFTER_MS) signalTo(pid, "SIGKILL");
    }
  }
}

/** What a process waits for, and its stack, if it has one. Workers run with `--report-on-signal`. */
async function standOf(pid: number, folder: string): Promise<string> {
  const before = new Set(readdirSync(folder));
  if (!signalTo(pid, "SIGUSR2")) return `  Its process ${pid} has ended.`;
  for (const deadline = Date.now() + REPORT_WITHIN_MS; Date.now() < deadline; await pause(100)) {
    const name = readdirSync(folder).find((file) => file.startsWith("report.") && !before.has(file));
    const summary = name === undefined ? undefined : summaryOf(join(folder, name));
    if (summary !== undefined) return summary;
  }
  return `  Its process ${pid} does not answer: it never returns to the event loop.`;
}

/** @returns false if the process has ended */
function signalTo(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The process that runs a test file, as `record-worker.ts` wrote it down. */
function workerOf(folder: string, file: string): number | undefined {
  const record = join(folder, "workers");
  if (!existsSync(record)) return undefined;
  const pid = readdirSync(record).find((name) => readFileSync(join(record, name), "utf8") === file);
  return pid === undefined ? undefined : Number(pid);
}

interface DiagnosticReport {
  readonly javascriptStack: { readonly stack?: readonly string[] };
  readonly libuv: readonly { readonly type: string; readonly is_active: boolean }[];
}

/** Undefined while the report is being written. */
function summaryOf(file: string): string | undefined {
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as DiagnosticReport; // as Node documents it
    const stack = report.javascriptStack.stack ?? [];
    const handles = Map.groupBy(
      report.libuv.filter((handle) => handle.is_active),
      ({ type }) => type,
    );
    const waiting = [...handles].map(([type, { length }]) => `${length} × ${type}`).join(", ");
    return [...stack.map((line) => `    ${line.trim()}`), `  Active handles: ${waiting}`].join("\n");
  } catch {
    return undefined;
  }
}
