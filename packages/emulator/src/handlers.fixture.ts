/** Handlers that run in processes of the emulator. */
import { appendFileSync, readFileSync } from "node:fs";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";

const trace = process.env["TRACE_FILE"] ?? "";

/** Notes that something ran, and tells how often it has. */
function ran(what: string): number {
  appendFileSync(trace, `${what}\n`);
  return readFileSync(trace, "utf8")
    .split("\n")
    .filter((line) => line === what).length;
}

let invocations = 0;

export const order = withDurableExecution(async ({ item }: { item: string }, context: DurableContext) => {
  invocations += 1;
  console.log(`order of ${item}`);
  const price = await context.step("price", async () => 7);
  return { item, total: 3 * price, pid: process.pid, invocations };
});

/** Tells what a handler sees of Lambda. */
export const environment = async (_: unknown, context: { getRemainingTimeInMillis: () => number }) => ({
  context: { ...context, remaining: context.getRemainingTimeInMillis() },
  env: process.env,
});

/** A plain function that prints more than the end of a log has room for. */
export const talks = async () => {
  for (let line = 1; line <= 500; line++) console.log(`line ${line}`);
  return {};
};

/** Dies in the first run of its second step, in the way that the event says. */
export const dies = withDurableExecution(async ({ by }: { by: string }, context: DurableContext) => {
  const first = await context.step("first", async () => ran("first"));
  const second = await context.step("second", async () => {
    const run = ran("second");
    if (run === 1) await die(by);
    return run;
  });
  return { first, second };
});

async function die(by: string): Promise<void> {
  switch (by) {
    case "exit":
      return process.exit(3);
    case "signal":
      process.kill(process.pid, "SIGKILL");
      return forever();
    case "rejection":
      Object.assign(globalThis, { unawaited: Promise.reject(new Error("nobody awaits this")) });
      return forever();
    case "exception":
      setImmediate(() => {
        throw new Error("thrown in a timer");
      });
      return forever();
    case "memory": {
      const taken: Buffer[] = [];
      for (;;) {
        taken.push(Buffer.alloc(16 * 2 ** 20, 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    case "busy":
      for (;;);
    default:
      return forever();
  }
}

/** What a process waits for that does not end. Its channel keeps it alive. */
function forever(): Promise<void> {
  return new Promise(() => undefined);
}

export const notAFunction = 7;
