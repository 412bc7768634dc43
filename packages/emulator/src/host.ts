/**
 * The program of each process that runs a handler: `host.ts FILE EXPORT`, started by `fork`. It loads the handler, and
 * invokes it for each message of the emulator. It imports no package, so that it starts quickly.
 */
import type { HostMessage, InvokeMessage } from "./functions/host-messages.ts";
import { WRAPPED } from "./functions/wrapped.ts";

const [, , file, exportName = "handler"] = process.argv;
// Whoever imports this file without a channel to an emulator gets nothing done.
if (process.send !== undefined && file !== undefined) {
  serve(file, exportName).catch((error: unknown) => fatal("Runtime.Unknown", error));
}

/** Loads a handler, and invokes it for each message of the emulator. */
export async function serve(url: string, name: string): Promise<void> {
  process.on("disconnect", () => process.exit()); // the emulator has ended
  process.on("uncaughtException", (error) => fatal("Runtime.UncaughtException", error));
  process.on("unhandledRejection", (reason) => fatal("Runtime.UnhandledPromiseRejection", reason));
  const wrapped = new Set<unknown>();
  Object.assign(globalThis, { [Symbol.for(WRAPPED)]: (body: unknown) => wrapped.add(body) });
  const handler = await load(url, name);
  if (handler === undefined) return;
  process.on("message", (message: InvokeMessage) => {
    const answered = run(handler, message).then(answer);
    answered.catch((error: unknown) => fatal("Runtime.UncaughtException", error));
  });
  // A handler may be more than what the SDK returned, such as a middleware around it. What was wrapped is no durable handler.
  send({ type: "ready", isWrapped: wrapped.size > 0 && !wrapped.has(handler) });
}

type Handler = (event: unknown, context: object) => unknown;

async function load(url: string, name: string): Promise<Handler | undefined> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(url)) as Record<string, unknown>; // a module
  } catch (error) {
    const type = error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : "Runtime.ImportModuleError";
    send({ type: "not-loaded", error: { ...errorOf(error), ErrorType: type } });
    return undefined;
  }
  const found = exports[name] ?? Object(exports["default"])[name]; // CommonJS has its exports in `default`
  if (typeof found === "function") return found as Handler;
  const exported = Object.keys(exports).join(", ") || "nothing";
  const ErrorMessage =
    found === undefined
      ? `the file exports no function "${name}"; it exports: ${exported}`
      : `what the file exports as "${name}" is no function, but of type ${typeof found}`;
  send({ type: "not-loaded", error: { ErrorType: "Runtime.HandlerNotFound", ErrorMessage } });
  return undefined;
}

async function run(
  handler: Handler,
  { event, deadline, traceId, ...context }: InvokeMessage,
): Promise<HostMessage> {
  process.env["_X_AMZN_TRACE_ID"] = traceId;
  try {
    const value = await handler(JSON.parse(event), {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    return { type: "returned", value: JSON.stringify(value) };
  } catch (error) {
    return { type: "threw", error: errorOf(error) };
  }
}

function errorOf(thrown: unknown): { ErrorType: string; ErrorMessage: string; StackTrace?: string[] } {
  const { name, message, stack } = Object(thrown) as Partial<Error>; // whatever was thrown, it has members
  return {
    ErrorType: typeof name === "string" ? name : typeof thrown,
    ErrorMessage: typeof message === "string" ? message : String(thrown),
    ...(typeof stack === "string" ? { StackTrace: stack.split("\n").map((line) => line.trim()) } : {}),
  };
}

/** Ends the process, as Lambda's runtime does. */
function fatal(type: string, error: unknown): void {
  console.error(error);
  const { ErrorMessage, ...rest } = errorOf(error);
  const message: HostMessage = { type: "fatal", error: { ...rest, ErrorType: type, ErrorMessage } };
  printed()
    .then(() => {
      if (process.connected) process.send?.(message, undefined, undefined, () => process.exit(128));
      else process.exit(128);
      return undefined;
    })
    .catch(() => process.exit(128));
}

/** The process is frozen as soon as the emulator has the answer: what was printed before has to be out by then. */
async function answer(message: HostMessage): Promise<void> {
  await printed();
  send(message);
}

async function printed(): Promise<void> {
  const out = [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => stream.write("", () => resolve())),
  );
  await Promise.all(out);
}

function send(message: HostMessage): void {
  if (process.connected) process.send?.(message);
}
