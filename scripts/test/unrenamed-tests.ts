import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

// For the time of the move only: files that need an engine, but whose names do not say so yet.
const root = resolve(import.meta.dirname, "../..");

export const unrenamedIntegrationTests = globSync("packages/dynamodb/src/store.*.ts", { cwd: root }).filter(
  (file) =>
    file.endsWith(".test.ts") &&
    /startEngines|borrowDynamoDB|startDynamoDB|startFaultyNetwork/u.test(
      readFileSync(join(root, file), "utf8"),
    ),
);
