import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

// For the time of the move only: files that need an engine, but whose names do not say so yet.
const root = resolve(import.meta.dirname, "../..");

const NEEDS_ENGINE = /startEngines|borrowDynamoDB|startDynamoDB|startFaultyNetwork/u;

export const unrenamedIntegrationTests = globSync("packages/*/src/**/*.test.ts", { cwd: root }).filter(
  (file) => !file.includes(".integration.") && NEEDS_ENGINE.test(readFileSync(join(root, file), "utf8")),
);
