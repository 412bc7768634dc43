import type { ModuleSystem, TestRunner } from "./programs.ts";

/** A durable function that counts 2 for each of `steps`; each invocation adds its process to a file. */
export function countingHandler(modules: ModuleSystem): string {
  const imports = {
    "node:fs": "appendFileSync",
    "@aws/durable-execution-sdk-js": "withDurableExecution",
    "@durable-counter/durable": "durableCounter",
  };
  const lines = Object.entries(imports).map(([name, names]) =>
    modules === "esm" ? `import { ${names} } from "${name}";` : `const { ${names} } = require("${name}");`,
  );
  return `${lines.join("\n")}
${modules === "esm" ? "export const handler" : "exports.handler"} = withDurableExecution(async ({ steps, trace }, context) => {
  const counter = durableCounter(context);
  appendFileSync(trace, process.pid + "\\n");
  for (let n = 0; n < steps; n++) {
    await counter.increment(2);
    await context.wait("pause " + n, { seconds: 1 });
  }
  return counter.get();
});
`;
}

/** Invokes the handler at `endpoint`, and waits for its first process, and for its result. */
const CLIENT = `
import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { GetDurableExecutionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const createClient = (endpoint) =>
  new LambdaClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } });

async function invoke({ client }, name, steps) {
  const trace = name + ".txt";
  const { DurableExecutionArn } = await client.send(new InvokeCommand({
    FunctionName: "handler:$LATEST",
    InvocationType: "Event",
    DurableExecutionName: name,
    Payload: JSON.stringify({ steps, trace: process.cwd() + "/" + trace }),
  }));
  while (!existsSync(trace) || !readFileSync(trace, "utf8").endsWith("\\n")) await setTimeout(20);
  return { arn: DurableExecutionArn, processes: () => readFileSync(trace, "utf8").trim().split("\\n").map(Number) };
}

async function resultOf({ client }, arn) {
  for (;;) {
    const { Status, Result } = await client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
    if (Status !== "RUNNING") return { Status, Result };
    await setTimeout(50);
  }
}

/** Kills the handler's process in the middle: another one must count the rest. */
async function killHandler(emulator) {
  const { arn, processes } = await invoke(emulator, "process-dies", 3);
  process.kill(processes().at(-1), "SIGKILL");
  assert.deepEqual(await resultOf(emulator, arn), { Status: "SUCCEEDED", Result: "6" });
  assert.ok(new Set(processes()).size > 1, "one process ran the whole execution");
  return arn;
}
`;

/**
 * Runs the emulator by its command, kills a process of the handler during one execution and the emulator during another, and
 * expects the right count of both. With `--data`, the emulator is started again on its file.
 *
 *   node emulator.mjs HANDLER [--data]
 */
export const EMULATOR = `${CLIENT}
import { spawn } from "node:child_process";
import { once } from "node:events";

const [handler, isKept] = process.argv.slice(2);
const data = isKept ? ["--data", "executions.sqlite"] : [];

async function start() {
  const child = spawn("node_modules/.bin/durable-emulator", ["dev", handler, ...data, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    printed += chunk;
    const endpoint = /Lambda is at (\\S+)/u.exec(printed)?.[1];
    if (endpoint === undefined) continue;
    child.stdout.on("data", (more) => (printed += more));
    return { child, client: createClient(endpoint), printed: () => printed };
  }
  throw new Error("The emulator ended: " + printed);
}

let emulator = await start();
process.on("exit", () => emulator.child.kill("SIGKILL")); // also after a failure
const first = await killHandler(emulator);

if (isKept) {
  const second = await invoke(emulator, "emulator-dies", 4);
  emulator.child.kill("SIGKILL");
  await once(emulator.child, "exit");
  emulator.client.destroy();
  emulator = await start();
  assert.deepEqual(await resultOf(emulator, second.arn), { Status: "SUCCEEDED", Result: "8" });
  assert.ok(new Set(second.processes()).size > 1, "one process ran the whole execution");
  assert.deepEqual(await resultOf(emulator, first), { Status: "SUCCEEDED", Result: "6" });
}
assert.doesNotMatch(emulator.printed(), /Warning/u); // such as those of Node about how it loads the handler
emulator.client.destroy();
emulator.child.kill("SIGTERM");
await once(emulator.child, "exit");
`;

const START = `${CLIENT}
import { startEmulator } from "@durable-counter/emulator";

async function killHandlerOfEmulator() {
  const { endpoint, stop } = await startEmulator({ functions: [{ name: "handler", file: process.cwd() + "/handler.mjs" }] });
  const client = createClient(endpoint);
  await killHandler({ client });
  client.destroy();
  await stop();
}
`;

/** Starts the emulator from a program, and kills a process of the handler. */
export const EMULATOR_IN_PROGRAM = `${START}
await killHandlerOfEmulator();
`;

/** Does the same in a test. Its limit of time only ends a test that hangs. */
export function emulatorTest({ from }: TestRunner): string {
  const runner = from === undefined ? "" : `import { test } from "${from}";`;
  return `${START}${runner}
test("the emulator goes on after the process of a handler was killed", killHandlerOfEmulator, 300_000);
`;
}
