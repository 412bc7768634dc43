import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { ErrorObject } from "@durable-counter/testing/service";
import { hostFile } from "../host-file.ts";
import type { HostMessage, InvokeMessage } from "./host-messages.ts";
import type { InvocationEnding, InvocationRequest } from "./lambda-function.ts";
import { lambdaEnvironment, LOG_STREAM, type ProcessSettings } from "./process-settings.ts";

/** A line that a handler has printed. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The function whose handler printed it. */
  readonly functionName: string;
  /** The invocation that was the last one to run. Before the first there is none. */
  readonly requestId: string | undefined;
  /** The execution of that invocation. A plain function has none. */
  readonly executionArn: string | undefined;
  /** Where it was printed. */
  readonly stream: "stdout" | "stderr";
  /** The line, without its end. */
  readonly text: string;
}

type Crash = Extract<InvocationEnding, { readonly kind: "crashed" }>;

/** How an invocation ends whose process is killed from outside. */
export const KILLED: Crash = {
  kind: "crashed",
  error: { ErrorType: "Runtime.ExitError", ErrorMessage: "The process was killed." },
  wasKilled: true,
};

/** How often the memory of a running process is read, in milliseconds. */
const MEMORY_INTERVAL = 50;
const CAN_FREEZE = process.platform !== "win32";

/** One process of a function. It runs one invocation at a time, and is frozen between them. */
export class ProcessInstance {
  /** Resolves when the handler is loaded, or to the error with which it was not. Never rejects. */
  readonly ready: Promise<ErrorObject | undefined>;
  readonly exited: Promise<void>;
  /** Whether the handler is wrapped by `withDurableExecution`, as far as its process can tell. Known when it is ready. */
  isWrapped = false;
  hasExited = false;
  readonly settings: ProcessSettings;
  readonly #child: ChildProcess;
  #request: InvocationRequest | undefined;
  #end: ((ending: InvocationEnding) => void) | undefined;
  #fatal: ErrorObject | undefined;
  #reason: Crash | undefined;
  #isFrozen = false;

  constructor(settings: ProcessSettings, onLog: (line: LogLine) => void) {
    this.settings = settings;
    this.#child = fork(hostFile, [pathToFileURL(settings.code).href, settings.exportName], {
      env: lambdaEnvironment(settings),
      execArgv: [
        ...process.execArgv,
        "--enable-source-maps",
        // Without "type" in package.json Node looks what a file is, and would print four lines of it in every process.
        "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
        `--max-old-space-size=${settings.memoryMB}`,
      ],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const { promise, resolve } = Promise.withResolvers<ErrorObject | undefined>();
    this.ready = promise;
    this.#child.on("message", (message: HostMessage) => this.#onMessage(message, resolve));
    this.exited = new Promise((exited) => {
      this.#child.on("error", () => undefined); // a message that a dead process did not get
      this.#child.on("exit", (code, signal) => {
        this.hasExited = true;
        resolve(this.#fatal ?? exitError(undefined, code, signal));
        this.#end?.(this.#crashed(code, signal));
        exited();
      });
    });
    for (const stream of ["stdout", "stderr"] as const) {
      const input = this.#child[stream];
      if (input === null) continue;
      createInterface({ input }).on("line", (text) => {
        const { requestId, executionArn } = this.#request ?? {};
        onLog({ at: Date.now(), functionName: settings.functionName, requestId, executionArn, stream, text });
      });
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Invokes the handler. Call it when the instance is ready, and again only when the invocation has ended. */
  async run(request: InvocationRequest): Promise<InvocationEnding> {
    const { timeoutSeconds } = this.settings;
    this.#request = request;
    const { promise, resolve } = Promise.withResolvers<InvocationEnding>();
    this.#end = resolve;
    if (this.hasExited) resolve(this.#crashed(null, null));
    this.#thaw();
    const timer = setTimeout(() => {
      const ErrorMessage = `RequestId: ${request.requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
      const error = { ErrorType: "Sandbox.Timedout", ErrorMessage };
      this.#kill({ kind: "crashed", error, wasKilled: false });
    }, timeoutSeconds * 1_000);
    const memory = setInterval(() => this.#checkMemory(request), MEMORY_INTERVAL);
    this.#child.send(this.#message(request), () => undefined); // a process that has died tells by its exit
    const ending = await promise;
    clearTimeout(timer);
    clearInterval(memory);
    this.#end = undefined;
    if (ending.kind !== "crashed") this.#freeze();
    return ending;
  }

  /** Kills the process from outside. */
  kill(): void {
    this.#kill(KILLED);
  }

  #onMessage(message: HostMessage, loaded: (error?: ErrorObject) => void): void {
    switch (message.type) {
      case "ready":
        this.isWrapped = message.isWrapped;
        if (this.#end === undefined) this.#freeze();
        return loaded();
      case "not-loaded":
        loaded(message.error);
        return this.kill();
      case "fatal":
        this.#fatal = message.error;
        return;
      case "returned":
        return this.#end?.({ kind: "returned", value: message.value });
      case "threw":
        return this.#end?.({ kind: "threw", error: message.error });
    }
  }

  #message({ event, requestId, functionArn, tenantId }: InvocationRequest): InvokeMessage {
    const { functionName, memoryMB, timeoutSeconds } = this.settings;
    return {
      event,
      deadline: Date.now() + timeoutSeconds * 1_000,
      traceId: `Root=1-${Math.floor(Date.now() / 1_000).toString(16)}-${requestId.replaceAll("-", "").slice(0, 24)};Sampled=0`,
      tenantId,
      awsRequestId: requestId,
      functionName,
      functionVersion: "$LATEST",
      invokedFunctionArn: functionArn,
      memoryLimitInMB: `${memoryMB}`,
      logGroupName: `/aws/lambda/${functionName}`,
      logStreamName: LOG_STREAM,
    };
  }

  #crashed(code: number | null, signal: NodeJS.Signals | null): Crash {
    const error = this.#fatal ?? exitError(this.#request?.requestId, code, signal);
    return this.#reason ?? { kind: "crashed", error, wasKilled: false };
  }

  #kill(reason: Crash): void {
    this.#reason ??= reason;
    this.#child.kill("SIGKILL");
  }

  #checkMemory({ requestId }: InvocationRequest): void {
    const used = residentBytes(this.pid);
    if (used === undefined || used <= this.settings.memoryMB * 2 ** 20) return;
    const ErrorMessage = `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`;
    const error = { ErrorType: "Runtime.OutOfMemory", ErrorMessage };
    this.#kill({ kind: "crashed", error, wasKilled: false });
  }

  #freeze(): void {
    if (!CAN_FREEZE || this.hasExited) return;
    this.#isFrozen = true;
    this.#child.kill("SIGSTOP");
  }

  #thaw(): void {
    if (this.#isFrozen) this.#child.kill("SIGCONT");
    this.#isFrozen = false;
  }
}

function exitError(
  requestId: string | undefined,
  code: number | null,
  signal: NodeJS.Signals | null,
): ErrorObject {
  const how = signal === null ? `exit status ${code ?? 1}` : `signal: ${signal}`;
  const request = requestId === undefined ? "" : `RequestId: ${requestId} `;
  return {
    ErrorType: "Runtime.ExitError",
    ErrorMessage: `${request}Error: Runtime exited with error: ${how}`,
  };
}

/** The memory of a process in bytes, where the system tells it in `/proc`. */
function residentBytes(pid: number | undefined): number | undefined {
  if (process.platform !== "linux" || pid === undefined) return undefined;
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined; // it has just ended
  }
}
