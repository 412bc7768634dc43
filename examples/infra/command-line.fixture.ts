import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const infra = fileURLToPath(new URL(".", import.meta.url));
const cdk = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");

export const run = promisify(execFile);
export const newFolder = () => mkdtempSync(join(tmpdir(), "durable-counter-infra-"));

/** Runs the CDK's command line with neither credentials nor a Region, and a network that leads nowhere. */
export const runCdk = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, [cdk, ...args], {
    cwd: infra,
    env: {
      PATH: process.env["PATH"],
      NODE_OPTIONS: process.env["NODE_OPTIONS"],
      TMPDIR: tmpdir(),
      HOME: newFolder(),
      AWS_EC2_METADATA_DISABLED: "true",
      CDK_DISABLE_CLI_TELEMETRY: "true",
      HTTPS_PROXY: "http://127.0.0.1:9",
      ...env,
    },
  });
