import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { startEmulator, type Emulator, type EmulatorOptions, type LogLine } from "@durable-counter/emulator";
import { SETTINGS } from "./settings.ts";

export interface EmulatedFunctions {
  readonly file: string;
  /** The names of exports, and the endpoint of DynamoDB that each is to use. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** With what probability a process dies at each point. By default 0. */
  readonly deathChance?: number;
  readonly seed: number;
  readonly onLog?: (line: LogLine) => void;
  readonly onChange?: EmulatorOptions["onChange"];
}

/** How an invocation over HTTP ended. */
export interface Invoked {
  /** The error of the function, such as `Runtime.ExitError` of a process that died. */
  readonly errorType: string | undefined;
  readonly result: unknown;
  readonly arn: string | undefined;
}

export interface RunningFunctions {
  readonly emulator: Emulator;
  readonly client: LambdaClient;
  /** Invokes a function over HTTP, and waits for its end. A durable function needs the name of its execution. */
  readonly invoke: (functionName: string, event: unknown, executionName?: string) => Promise<Invoked>;
}

/** Seconds that an invocation may take: thousands of steps on a busy machine take some. */
const TIMEOUT_SECONDS = 900;

/** Runs functions in the emulator, in real processes behind real HTTP, while `use` runs. */
export async function withEmulator<Result>(
  { file, endpoints, deathChance = 0, seed, onLog, onChange }: EmulatedFunctions,
  use: (running: RunningFunctions) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "observations-"));
  const emulator = await startEmulator({
    functions: Object.keys(endpoints).map((name) => ({ name, file, exportName: name })),
    env: {
      [SETTINGS.endpoints]: JSON.stringify(endpoints),
      [SETTINGS.deathChance]: String(deathChance),
      [SETTINGS.folder]: folder,
    },
    timeoutSeconds: TIMEOUT_SECONDS,
    // The simulated processes die before and after a checkpoint too.
    chaos: { rate: deathChance, seed, at: ["checkpoint", "reply"] },
    onLog,
    onChange,
  });
  const client = new LambdaClient({
    endpoint: emulator.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1, // a repeated invocation would be a delivery that is not counted
  });
  const invoke = async (functionName: string, event: unknown, executionName?: string): Promise<Invoked> => {
    const reply = await client.send(
      new InvokeCommand({
        FunctionName: executionName === undefined ? functionName : `${functionName}:$LATEST`,
        Payload: JSON.stringify(event),
        ...(executionName !== undefined && { DurableExecutionName: executionName }),
      }),
    );
    const text = reply.Payload?.transformToString();
    const payload: unknown = text === undefined || text === "" ? undefined : JSON.parse(text);
    const { errorType } = Object(payload) as { errorType?: string }; // where it is an error
    return {
      errorType: reply.FunctionError === undefined ? undefined : (errorType ?? reply.FunctionError),
      result: payload,
      arn: reply.DurableExecutionArn,
    };
  };
  try {
    return await use({ emulator, client, invoke });
  } finally {
    client.destroy();
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
