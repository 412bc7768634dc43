import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { EmulatedLambda } from "./emulated-lambda.ts";
import type { ChaosOptions, KillPoint } from "./executions/chaos.ts";
import type { ChangedExecution } from "./executions/execution-environment.ts";
import { SqliteStore } from "./executions/sqlite-store.ts";
import { Bundler, type PreparedCode } from "./functions/bundle.ts";
import { durableHint } from "./functions/durable-hint.ts";
import { ProcessFunction } from "./functions/process-function.ts";
import type { LogLine } from "./functions/process-instance.ts";
import { ProcessReaper } from "./functions/process-reaper.ts";
import type { ProcessSettings } from "./functions/process-settings.ts";

/** A function to serve. */
export interface EmulatedFunction {
  /** 1 to 64 letters, digits, hyphens and underscores. */
  readonly name: string;
  /** The file of its handler. */
  readonly file: string;
  /** The name that the file exports the handler by. Default `handler`. */
  readonly exportName?: string | undefined;
  /** Replaces the option of all functions. */
  readonly memoryMB?: number | undefined;
  /** Replaces the option of all functions. */
  readonly timeoutSeconds?: number | undefined;
}

/** Options of {@link startEmulator}. */
export interface EmulatorOptions {
  /** The functions to serve. */
  readonly functions: readonly EmulatedFunction[];
  /** The port on 127.0.0.1. By default any that is free. */
  readonly port?: number | undefined;
  /** Variables that handlers get, beside those of this process and of Lambda. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Memory of a handler's process in megabytes. Default 1,024. */
  readonly memoryMB?: number | undefined;
  /** Seconds that one invocation may take: 1 to 900. Default 60. */
  readonly timeoutSeconds?: number | undefined;
  /** Seconds that one execution may take. Default one year. */
  readonly executionTimeoutSeconds?: number | undefined;
  /** Kills handler processes at random. */
  readonly chaos?: ChaosOptions | undefined;
  /** The file that keeps the executions. By default they are lost when the emulator ends. */
  readonly dataFile?: string | undefined;
  /** Called with each line that a handler prints. */
  readonly onLog?: ((line: LogLine) => void) | undefined;
  /** Called after everything that happens to an execution. */
  readonly onChange?: ((execution: ChangedExecution) => void) | undefined;
  /** Called when {@link EmulatorOptions.chaos} has killed the process that works on an execution. */
  readonly onKill?: ((execution: ChangedExecution, at: KillPoint) => void) | undefined;
  /** An error of the emulator, after which it should be restarted. By default it is thrown, which ends this process. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** An emulator that runs. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly endpoint: string;
  /** The service itself, for code that looks at executions without HTTP. */
  readonly lambda: EmulatedLambda;
  /** Loads the code of a function again. @returns the error with which it was not loaded */
  reload(functionName: string): Promise<string | undefined>;
  /** The files that a function was made from, and a time before they were read, in milliseconds since the epoch. */
  sourcesOf(functionName: string): { readonly files: readonly string[]; readonly readAt: number };
  /** What to do about a function that is not durable, but may be meant to be. A durable function has no hint. */
  hintFor(functionName: string): string | undefined;
  /** Ends the server and all processes. */
  stop(): Promise<void>;
}

/**
 * Starts an emulator of AWS Lambda with durable functions on 127.0.0.1. Each handler runs in processes of its own, as in
 * Lambda.
 *
 * @throws Error if the port is in use, a handler cannot be loaded, or the data file is not one of an emulator
 * @example
 * ```ts
 * const emulator = await startEmulator({ functions: [{ name: "order", file: "src/order.ts" }] });
 * const client = new LambdaClient({ endpoint: emulator.endpoint, region: "us-east-1", credentials });
 * await client.send(new InvokeCommand({ FunctionName: "order:$LATEST", Payload: '{"item":"cup"}' }));
 * await emulator.stop();
 * ```
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const store =
    options.dataFile === undefined ? undefined : await SqliteStore.open(resolve(options.dataFile));
  const folder = mkdtempSync(join(tmpdir(), "durable-emulator-"));
  const bundler = new Bundler(folder);
  const reaper = new ProcessReaper(folder);
  const functions: ProcessFunction[] = [];
  const onLog = (line: LogLine) => {
    lambda?.logs.add(line);
    options.onLog?.(line);
  };
  let lambda: EmulatedLambda | undefined;
  const server = createAdaptorServer({ fetch: (request) => lambda?.app.fetch(request) ?? unavailable() });
  // Node's 5 seconds are so short that a client often takes a connection that is just being closed, and gets ECONNRESET.
  if ("keepAliveTimeout" in server) server.keepAliveTimeout = KEEP_ALIVE_MS;
  const stop = async () => {
    lambda?.executions.stop();
    await Promise.all(functions.map((each) => each.stop()));
    await new Promise((closed) => {
      server.close(closed);
      if ("closeAllConnections" in server) server.closeAllConnections();
    });
    await reaper.stop();
    await bundler.stop();
    store?.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const port = await listen(server, options.port ?? 0);
    const endpoint = `http://127.0.0.1:${port}`;
    const code = new Map<string, PreparedCode>();
    const settingsOf = async (each: EmulatedFunction): Promise<ProcessSettings> => {
      const prepared = await bundler.prepare(resolve(each.file));
      code.set(each.name, prepared);
      return {
        functionName: each.name,
        code: prepared.code,
        source: resolve(each.file),
        exportName: each.exportName ?? "handler",
        endpoint,
        memoryMB: each.memoryMB ?? options.memoryMB ?? 1_024,
        timeoutSeconds: each.timeoutSeconds ?? options.timeoutSeconds ?? 60,
        env: options.env ?? {},
      };
    };
    const all = await Promise.all(options.functions.map(settingsOf));
    for (const settings of all) functions.push(new ProcessFunction(settings, reaper, onLog));
    const errors = await Promise.all(functions.map(async (each) => [each.name, await each.load()] as const));
    for (const [name, error] of errors) {
      if (error !== undefined) throw new Error(`The function ${name} could not be loaded: ${error}`);
    }
    lambda = new EmulatedLambda({
      functions,
      store,
      chaos: options.chaos,
      executionTimeoutSeconds: options.executionTimeoutSeconds,
      onChange: options.onChange,
      onKill: options.onKill,
      onError: options.onError ?? rethrow,
    });
    lambda.executions.resume(lambda.functions.names);
    const served = lambda;
    return {
      endpoint,
      lambda: served,
      reload: async (name) => {
        const each = options.functions.find((one) => one.name === name);
        const running = functions.find((one) => one.name === name);
        if (each === undefined || running === undefined) return `There is no function ${name}.`;
        const error = await running.load(await settingsOf(each));
        if (error === undefined) served.functions.reloaded();
        return error;
      },
      sourcesOf: (name) => {
        const { inputs: files = [], readAt = 0 } = code.get(name) ?? {};
        return { files, readAt };
      },
      hintFor: (name) => {
        const [loaded, running] = [code.get(name), functions.find((each) => each.name === name)];
        return loaded && running && durableHint(loaded, running.isWrapped);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function unavailable(): Response {
  return new Response('{"message":"The emulator is starting."}', { status: 503 });
}

function rethrow(error: unknown): never {
  throw error;
}

/** Longer than clients keep an idle connection. Stopping the emulator closes all of them. */
const KEEP_ALIVE_MS = 600_000;

function listen(server: ReturnType<typeof createAdaptorServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(
        new Error(`Port ${port} is in use; pass another one, or 0 for any that is free.`, { cause: error }),
      );
    });
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)); // it listens on a port
  });
}
