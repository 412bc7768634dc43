import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

// For the time of the move only: files that need an engine, a socket or a process, or run for long, but whose names do
// not say so yet.
const INTEGRATION =
  /startEngines|borrowDynamoDB|startDynamoDB|startDynalite|startFaultyNetwork|startLossyProxy|child_process|node:net"|node:http"|sdk-js-testing|runLocally|recording\.fixture|adding-engine\.fixture|dynamodb-local|java\.ts/u;
const EXHAUSTIVE = /(faulty-handlers|mutants|same-code|operation-budget|operation-limit)[\w.-]*\.test\.ts$/u;

const root = resolve(import.meta.dirname, "../..");
const files = globSync("packages/*/src/**/*.test.ts", { cwd: root });

export const unrenamedIntegrationTests = files.filter(
  (file) => !EXHAUSTIVE.test(file) && INTEGRATION.test(readFileSync(join(root, file), "utf8")),
);
export const unrenamedExhaustiveTests = files.filter((file) => EXHAUSTIVE.test(file));
