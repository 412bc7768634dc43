import type { KillPoint } from "../executions/chaos.ts";
import type { ChangedExecution } from "../executions/execution-environment.ts";
import type { LogLine } from "../functions/process-instance.ts";
import { startEmulator, type Emulator } from "../start-emulator.ts";
import { DEFAULT_ENDPOINT } from "./client.ts";
import { devOptions, type DevOptions } from "./dev-options.ts";
import { UsageError } from "./usage-error.ts";
import { watch } from "./watch.ts";

type Print = (line: string) => void;

/** Serves handlers until Ctrl-C. */
export async function dev(args: readonly string[], print: Print): Promise<number> {
  const options = devOptions(args);
  const stopped = untilStopped(print);
  const emulator = await start(options, print);
  print(`Lambda is at ${emulator.endpoint} and serves:`);
  for (const { name, file } of options.functions) {
    for (const line of [`  ${name}  (${file})`, ...hintLines(emulator, name)]) print(line);
  }
  if (options.chaos !== undefined)
    print(`Processes are killed at random: --seed ${options.chaos.seed} repeats it.`);
  const [{ name } = { name: "" }] = options.functions;
  print(
    `Open ${emulator.endpoint} to see executions, or in another terminal: npx durable-emulator invoke ${name} event.json${endpointOption(emulator)}`,
  );
  print("Ctrl-C ends it.");
  const unwatch = options.watch
    ? watch(emulator, options.functions, (name, error) => printLoaded(emulator, name, error, print))
    : () => undefined;
  const exitCode = await stopped;
  unwatch();
  await emulator.stop();
  return exitCode;
}

/** What another command needs to find an emulator that is not at the default port. */
function endpointOption({ endpoint }: Emulator): string {
  return endpoint === DEFAULT_ENDPOINT ? "" : ` --endpoint ${endpoint}`;
}

async function start(options: DevOptions, print: Print): Promise<Emulator> {
  const { watch: _, ...served } = options;
  try {
    return await startEmulator({
      ...served,
      onLog: (line) => printLog(line, print),
      onChange: (execution) => printEnd(execution, print),
      onKill: (execution, at) => printKill(execution, at, print),
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/**
 * Resolves to the exit code when the process is asked to end, or when its output is closed: then it could not even say that it
 * runs. A second Ctrl-C does not wait.
 */
function untilStopped(print: Print): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => {
        print("Stopping.");
        process.once(signal, () => process.exit(1));
        resolve(0);
      });
    }
    process.stdout.once("error", () => resolve(0));
  });
}

function printLoaded(emulator: Emulator, name: string, error: string | undefined, print: Print): void {
  if (error !== undefined) return print(`${name} was not loaded: ${error}`);
  // One write: who reads the output sees both lines or none.
  print([`${name} was loaded again.`, ...hintLines(emulator, name)].join("\n"));
}

function hintLines(emulator: Emulator, name: string): readonly string[] {
  const hint = emulator.hintFor(name);
  return hint === undefined ? [] : [`    ${hint}`];
}

function printLog({ at, functionName, requestId, text }: LogLine, print: Print): void {
  print(`${new Date(at).toISOString()} ${functionName} ${requestId?.slice(0, 8) ?? "        "} ${text}`);
}

function printEnd({ recorded }: ChangedExecution, print: Print): void {
  const { end, endedAt = 0, start, invocations } = recorded;
  if (end === undefined) return;
  const { functionName, executionName } = start;
  const why = end.error === undefined ? "" : `: ${end.error.ErrorType ?? ""} ${end.error.ErrorMessage ?? ""}`;
  print(
    `${new Date(endedAt).toISOString()} ${functionName} ${executionName} ${end.status} after ` +
      `${endedAt - start.startedAt} ms and ${invocations} invocations${why}`,
  );
}

function printKill({ recorded }: ChangedExecution, at: KillPoint, print: Print): void {
  const { functionName, executionName } = recorded.start;
  print(`${new Date().toISOString()} ${functionName} ${executionName} killed at ${at}`);
}
