import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";

const REPORT_AFTER_MS = 30_000;
const STACK_AFTER_MS = 300_000;
const REPORT_WITHIN_MS = 5_000;

interface Running {
  readonly test: TestCase;
  readonly since: number;
}

/**
 * Prints the seed, from time to time the tests that run long, and after minutes where such a test stands: the stack of
 * its process and what that waits for. A failed run ends with the command that repeats it.
 */
export class ProgressReporter implements Reporter {
  readonly #seed: string;
  readonly #folder: string;
  readonly #running = new Map<string, Running>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ seed, folder }: { readonly seed: string; readonly folder: string }) {
    this.#seed = seed;
    this.#folder = folder;
  }

  onTestRunStart(): void {
    console.log(`Seed ${this.#seed}; TEST_SEED=${this.#seed} repeats this run.\n`);
    this.#timer = setInterval(() => void this.#reportLongTests(), REPORT_AFTER_MS).unref();
  }

  onTestCaseReady(test: TestCase): void {
    this.#running.set(test.id, { test, since: Date.now() });
  }

  onTestCaseResult(test: TestCase): void {
    this.#running.delete(test.id);
  }

  onTestModuleEnd(module: TestModule): void {
    for (const test of module.children.allTests()) this.#running.delete(test.id);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    clearInterval(this.#timer);
    writeCounts(modules);
    const failed = modules.filter((module) => module.state() === "failed");
    if (failed.length === 0) return;
    const files = failed.map((module) => module.relativeModuleId).join(" ");
    console.log(`\nTo run the failed files again:\n  TEST_SEED=${this.#seed} pnpm exec vitest run ${files}`);
  }

  async #reportLongTests(): Promise<void> {
    for (const { test, since } of this.#running.values()) {
      const elapsed = Date.now() - since;
      if (elapsed < REPORT_AFTER_MS) continue;
      const name = `${test.module.relativeModuleId} > ${test.fullName}`;
      console.log(`Still running after ${Math.round(elapsed / 1_000)} s: ${name}`);
      if (elapsed >= STACK_AFTER_MS && elapsed < STACK_AFTER_MS + REPORT_AFTER_MS) {
        console.log(await this.#standOf(test.module));
      }
    }
  }

  /** Workers run with `--report-on-signal`, which works in an endless loop too. */
  async #standOf(module: TestModule): Promise<string> {
    const pid = workerOf(this.#folder, module.moduleId);
    if (pid === undefined) return "  Its process is unknown.";
    const before = new Set(readdirSync(this.#folder));
    process.kill(pid, "SIGUSR2");
    for (const deadline = Date.now() + REPORT_WITHIN_MS; Date.now() < deadline; await pause(100)) {
      const name = readdirSync(this.#folder).find((file) => file.startsWith("report.") && !before.has(file));
      const summary = name === undefined ? undefined : summaryOf(join(this.#folder, name));
      if (summary !== undefined) return summary;
    }
    return `  Its process ${pid} does not answer.`;
  }
}

/** For `pnpm verify`. */
function writeCounts(modules: readonly TestModule[]): void {
  const file = process.env["TEST_COUNTS_FILE"];
  if (file === undefined) return;
  const count = (state: "passed" | "failed") =>
    modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0);
  writeFileSync(file, JSON.stringify({ passed: count("passed"), failed: count("failed") }));
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
