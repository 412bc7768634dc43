import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "examples/**/*.test.ts", "bench/**/*.test.ts"],
    // For the programs that tests start: Node 22.12 to 22.17 strip types only when told to.
    env: { NODE_OPTIONS: "--experimental-strip-types --disable-warning=ExperimentalWarning" },
    testTimeout: 60_000, // A busy machine is no failure; what hangs is stopped all the same.
    hookTimeout: 60_000,
    // Much of the time is spent waiting, for engines and for what is lost on purpose.
    maxWorkers: "100%",
    maxConcurrency: 2,
    silent: "passed-only", // What the durable SDK logs is of interest where a test fails.
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.{test,fixture}.ts"],
      reporter: [["text", { skipFull: true }], "text-summary"],
      thresholds: { "packages/core/src/**": { branches: 100, functions: 100, lines: 100, statements: 100 } },
    },
  },
});
