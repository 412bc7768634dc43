import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { startEmulator, type LogLine } from "@durable-counter/emulator";

const FILE = join(import.meta.dirname, "functions.ts");

export interface RunningEmulator {
  /** Starts an execution over HTTP, and waits for its result. */
  readonly execute: (event?: unknown) => Promise<unknown>;
}

/** Starts the emulator with one of the functions of functions.ts. It ends with this process. */
export async function runningEmulator(
  functionName: "sequentialSteps" | "checkpoints",
  { storesInFile = false } = {},
): Promise<RunningEmulator> {
  const folder = mkdtempSync(join(tmpdir(), "durable-counter-emulator-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const { endpoint } = await startEmulator({
    functions: [{ name: functionName, file: FILE, exportName: functionName }],
    dataFile: storesInFile ? join(folder, "executions.sqlite") : undefined,
    onLog: ({ text }: LogLine) => process.stderr.write(`${text}\n`),
  });
  const client = new LambdaClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  return {
    execute: async (event = {}) => {
      const { Payload, FunctionError } = await client.send(
        new InvokeCommand({
          FunctionName: `${functionName}:$LATEST`,
          DurableExecutionName: randomUUID(),
          Payload: JSON.stringify(event),
        }),
      );
      const text = Payload?.transformToString() ?? "";
      if (FunctionError !== undefined) throw new Error(`${functionName} failed: ${text}`);
      return JSON.parse(text) as unknown;
    },
  };
}
