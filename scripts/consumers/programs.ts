/** How a program gets what it imports. */
export type ModuleSystem = "esm" | "cjs";

/** How a test runner names a test. Without `from`, `test` is global, as in jest. */
export interface TestRunner {
  readonly from?: "node:test" | "vitest" | "bun:test";
}

const IMPORTS = {
  "node:assert": "strict as assert",
  "@aws/durable-execution-sdk-js": "withDurableExecution",
  "@aws-sdk/client-dynamodb": "DynamoDBClient",
  "@durable-counter/core": "increment, isCounterError, storedCounter",
  "@durable-counter/durable": "durableCounter",
  "@durable-counter/dynamodb": "createDynamoDBCounterStore",
  "@durable-counter/testing": "crashable, exploreCrashes, FakeContext, MemoryCounterStore, simulate",
};

/** What a user of every package writes first: JavaScript, and TypeScript without a type. */
const TESTS = `
const count = async (event, context) => {
  const counter = durableCounter(context, { limits: { max: 10 } });
  await counter.increment(event.amount);
  return counter.increment();
};

test("a counter counts, and stops at its limit", async () => {
  const counter = storedCounter(new MemoryCounterStore({ limits: { max: 5 } }), "cart-7");
  assert.equal(await counter.increment(3), 3);
  await assert.rejects(counter.increment(3), (error) => isCounterError(error, "limit-exceeded"));
});

test("a FakeContext runs a durable function", async () => {
  const context = new FakeContext();
  assert.equal(await count({ amount: 5 }, context), 6);
  assert.deepEqual(context.operations.map(({ name }) => name), ["counter/0/increment(5)", "counter/1/increment(1)"]);
});

test("the simulator runs it on the real SDK", async () => {
  const simulation = await simulate(withDurableExecution(count), { payload: { amount: 5 } });
  assert.deepEqual([simulation.status, simulation.result], ["SUCCEEDED", 6]);
});

test("it counts once wherever it crashes", async () => {
  const memory = new MemoryCounterStore();
  const store = crashable(memory, "store");
  const handler = withDurableExecution((event, context) =>
    durableCounter(context, { store, id: "stock" }).increment(event.amount));
  const { failures, points } = await exploreCrashes(handler, {
    payload: { amount: 5 },
    beforeEach: () => memory.delete("stock"),
    check: async () => assert.equal(await memory.get("stock"), 5),
  });
  assert.deepEqual(failures.map(({ message }) => message), []);
  assert.ok(points > 5);
});

test("a store on DynamoDB says what is wrong before it sends anything", async () => {
  const client = new DynamoDBClient({ region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } });
  const store = createDynamoDBCounterStore({ client, tableName: "counters" });
  const wrong = store.apply({ id: "", commands: [increment()] });
  await assert.rejects(wrong, (error) => isCounterError(error, "invalid-input"));
});
`;

/** A test file of a user's project. */
export function testProgram(modules: ModuleSystem, { from }: TestRunner): string {
  const imports = { ...IMPORTS, ...(from !== undefined && { [from]: "test" }) };
  const lines = Object.entries(imports).map(([name, names]) =>
    modules === "esm"
      ? `import { ${names} } from "${name}";`
      : `const { ${names.replace(" as ", ": ")} } = require("${name}");`,
  );
  return `${lines.join("\n")}\n${TESTS}`;
}

/** A Lambda function that a bundler bundles, and that says whether it works when it is run. */
export const LAMBDA = `
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { storedCounter } from "@durable-counter/core";
import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

const store = createDynamoDBCounterStore({ client: new DynamoDBClient({ region: "us-east-1" }), tableName: "counters" });
export const handler = createCounterHandler({ store });
export const counter = storedCounter(store, "cart-7");
if (typeof handler !== "function") throw new Error("no handler");
console.log("bundled");
`;

/** A program in TypeScript: what users type most, and one line that must not compile. */
export const TYPED = `
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { applyBatch, CounterRequest, increment, type Counter, type CounterStore } from "@durable-counter/core";
import { createCounterHandler, durableCounter } from "@durable-counter/durable";
import { createDynamoDBCounterStore, type DynamoDBCounterStoreOptions } from "@durable-counter/dynamodb";
import { exploreCrashes, FakeContext, MemoryCounterStore, simulate } from "@durable-counter/testing";
import * as z from "zod";

type Known<T> = 0 extends 1 & T ? never : T;
export const value: Known<number> = applyBatch(0, [increment()]).value;
// @ts-expect-error a value is a number
export const wrong: string = value;
/** With another copy of zod this would not compile. */
export const Event = z.object({ request: CounterRequest });
export type Event = z.infer<typeof Event>;
export const amount = (event: Event): number => event.request.commands.length;

export async function quota(context: DurableContext, store: CounterStore): Promise<number> {
  const counter: Counter = durableCounter(context, { store, id: "quota", limits: { max: 10, onLimit: "clamp" } });
  return counter.increment();
}
export const store = (options: DynamoDBCounterStoreOptions): CounterStore => createDynamoDBCounterStore(options);
export async function tests(): Promise<void> {
  const memory = new MemoryCounterStore();
  const handler = createCounterHandler({ store: memory });
  const { result } = await simulate(handler, { payload: { counterId: "a", commands: [increment()] } });
  const known: Known<typeof result> = result;
  console.log(known?.value, (await exploreCrashes(handler, {})).points, await quota(new FakeContext(), memory));
}
`;

/** The engine that the kit starts where it is installed, and a counter in it. */
export const ENGINE = `
import { strict as assert } from "node:assert";
import { storedCounter } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { startDynamoDB } from "@durable-counter/testing/dynamodb";

const db = await startDynamoDB({ engine: "dynalite" });
await ensureCounterTable(db.client, "counters");
const counter = storedCounter(createDynamoDBCounterStore({ client: db.client, tableName: "counters" }), "cart-7");
assert.equal(await counter.increment(5), 5);
assert.equal(await counter.decrement(2), 3);
await db.stop();
console.log("counted in dynalite");
`;

/** A durable function that counts 2 for each of `steps`; each invocation adds its process to a file. */
export const COUNTING_HANDLER = `
import { appendFileSync } from "node:fs";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { durableCounter } from "@durable-counter/durable";
export const handler = withDurableExecution(async ({ steps, trace }, context) => {
  const counter = durableCounter(context);
  appendFileSync(trace, process.pid + "\\n");
  for (let n = 0; n < steps; n++) {
    await counter.increment(2);
    await context.wait("pause " + n, { seconds: 1 });
  }
  return counter.get();
});
`;

/**
 * Runs the emulator by its command, kills a process of the handler during one execution and the emulator during another, and
 * expects the right count of both. With `--data`, the emulator is started again on its file.
 */
export const EMULATOR = `
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { GetDurableExecutionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const isKept = process.argv.includes("--data");
const data = isKept ? ["--data", "executions.sqlite"] : [];
const options = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };

async function start() {
  const args = ["node_modules/.bin/durable-emulator", "dev", "handler.mjs", ...data, "--port", "0"];
  const child = spawn(args[0], args.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    printed += chunk;
    const endpoint = /Lambda is at (\\S+)/u.exec(printed)?.[1];
    if (endpoint === undefined) continue;
    child.stdout.resume();
    return { child, client: new LambdaClient({ ...options, endpoint }) };
  }
  throw new Error("The emulator ended: " + printed);
}

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

let emulator = await start();
process.on("exit", () => emulator.child.kill("SIGKILL")); // also after a failure
const first = await invoke(emulator, "process-dies", 3);
process.kill(first.processes().at(-1), "SIGKILL");
assert.deepEqual(await resultOf(emulator, first.arn), { Status: "SUCCEEDED", Result: "6" });
assert.ok(new Set(first.processes()).size > 1, "one process ran the whole execution");

if (isKept) {
  const second = await invoke(emulator, "emulator-dies", 4);
  emulator.child.kill("SIGKILL");
  await once(emulator.child, "exit");
  emulator.client.destroy();
  emulator = await start();
  assert.deepEqual(await resultOf(emulator, second.arn), { Status: "SUCCEEDED", Result: "8" });
  assert.ok(new Set(second.processes()).size > 1, "one process ran the whole execution");
  assert.deepEqual(await resultOf(emulator, first.arn), { Status: "SUCCEEDED", Result: "6" });
}
emulator.client.destroy();
emulator.child.kill("SIGTERM");
await once(emulator.child, "exit");
`;
