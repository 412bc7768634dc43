import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { ProgressReporter } from "./scripts/test/progress-reporter.ts";
import { createRunFolder } from "./scripts/test/run-folder.ts";
import { SlowFirstSequencer } from "./scripts/test/slow-first-sequencer.ts";

const FOLDERS = "{packages/*/src,examples,bench,docs,scripts}";
const INTEGRATION_TESTS = `${FOLDERS}/**/*.integration.test.ts`;
const EXHAUSTIVE_TESTS = `${FOLDERS}/**/*.exhaustive.test.ts`;
const BROWSER_TESTS = `${FOLDERS}/**/*.browser.test.ts`;
/** A limit only ends a test that hangs: no machine is so slow. */
const HANG_MS = 600_000;

// What tests read of an output is the same in any terminal. The workers, and what they start, inherit it.
delete process.env["FORCE_COLOR"];
process.env["NO_COLOR"] = "1";

const folder = createRunFolder();
const seed = (process.env["TEST_SEED"] ??= String(Math.floor(Math.random() * 2 ** 31)));
const setupFiles = ["scripts/test/record-worker.ts", "scripts/test/random-setup.ts"];

const setupFilesWithoutEngines = [...setupFiles, "scripts/test/unit-setup.ts"];

export default defineConfig({
  test: {
    // A file's name says what it needs; CONTRIBUTING.md explains the three kinds.
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${FOLDERS}/**/*.test.ts`],
          exclude: [...configDefaults.exclude, INTEGRATION_TESTS, EXHAUSTIVE_TESTS, BROWSER_TESTS],
          setupFiles: setupFilesWithoutEngines,
          isolate: false, // Unit tests leave nothing behind that could disturb the next file.
        },
      },
      {
        extends: true,
        test: {
          name: "exhaustive",
          include: [EXHAUSTIVE_TESTS],
          setupFiles: setupFilesWithoutEngines,
          isolate: false, // Nor do these: they need as little.
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: [INTEGRATION_TESTS],
          setupFiles: [...setupFiles, "scripts/test/integration-setup.ts"],
          isolate: false,
          globalSetup: "scripts/test/global-setup.ts",
        },
      },
      // `CHROMIUM` is the path of the browser. Without it, as on a newcomer's machine, no test needs one.
      ...(process.env["CHROMIUM"] === undefined
        ? []
        : [{ extends: true as const, test: { name: "browser", include: [BROWSER_TESTS], setupFiles } }]),
    ],
    // For the programs that tests start: Node 22.12 to 22.17 strip types only when told to, and 22.12 has SQLite only when told to.
    env: {
      NODE_OPTIONS: "--experimental-strip-types --experimental-sqlite --disable-warning=ExperimentalWarning",
    },
    execArgv: ["--experimental-sqlite", "--report-on-signal", `--report-directory=${folder}`],
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
    // Much of the time is spent waiting, for engines and for what is lost on purpose.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    maxConcurrency: 2,
    sequence: { sequencer: SlowFirstSequencer },
    silent: "passed-only", // What the durable SDK logs is of interest where a test fails.
    reporters: ["default", new ProgressReporter({ seed, folder, hangMs: HANG_MS })],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.{test,fixture}.ts"],
      reporter: [["text", { skipFull: true }], "text-summary"],
      // Measured and rounded down. If a change raises the coverage, raise its floor.
      thresholds: {
        "packages/core/src/**": { branches: 100, functions: 100, lines: 100, statements: 100 },
        "packages/durable/src/**": { branches: 96, functions: 98, lines: 99, statements: 98 },
        "packages/dynamodb/src/**": { branches: 92, functions: 95, lines: 95, statements: 94 },
        "packages/emulator/src/**": { branches: 72, functions: 78, lines: 82, statements: 79 },
        "packages/testing/src/**": { branches: 90, functions: 97, lines: 97, statements: 96 },
      },
    },
  },
});
