/** How a program gets what it imports. */
export type ModuleSystem = "esm" | "cjs";

/** How a test runner names a test. Without `from`, `test` is global, as in jest. */
export interface TestRunner {
  readonly from?: "node:test" | "vitest" | "bun:test";
}

const IMPORTS = {
  "node:assert": "strict as assert",
  "node:module": "createRequire",
  "@aws/durable-execution-sdk-js": "withDurableExecution",
  "@aws-sdk/client-dynamodb": "DynamoDBClient",
  "@durable-counter/core": "increment, isCounterError, storedCounter",
  "@durable-counter/durable": "durableCounter",
  "@durable-counter/dynamodb": "createDynamoDBCounterStore",
  "@durable-counter/testing":
    "crashable, durableMatchers, exploreCrashes, FakeContext, MemoryCounterStore, returning, simulate, startSimulation",
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

test("a simulation goes on step by step, with a function that is replaced", async () => {
  const run = await startSimulation(
    withDurableExecution(async (event, context) => {
      const paid = await context.invoke("payments", {});
      const [answer] = await context.createCallback("approval");
      const approved = await answer;
      await context.wait({ hours: 1 });
      return { paid, approved };
    }),
    { functions: { payments: returning(7) } },
  );
  await run.completeCallback("approval", "yes");
  await run.advance({ hours: 1 });
  const { result, invocations, checkpoints, bytesWritten } = await run.finish();
  assert.deepEqual(result, { paid: 7, approved: "yes" });
  assert.ok(invocations >= 3 && checkpoints >= 3 && bytesWritten > 0);
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

/** Of runners that have an `expect`. */
const MATCHERS = `
expect.extend(durableMatchers);

test("the matchers pass, and show what differs", async () => {
  const handler = withDurableExecution(count);
  const options = { payload: { amount: 5 } };
  const simulation = await simulate(handler, options);
  expect(simulation).toHaveSucceededWith(6);
  expect(simulation).not.toHaveSucceededWith(7);
  expect(simulation).toHaveOperations(["counter/0/increment(5)", "counter/1/increment(1)"]);
  await expect(handler).toSurviveCrashes(options);
  const naive = withDurableExecution((event, context) => context.step("draw", async () => Math.random()));
  await assert.rejects(async () => expect(naive).toSurviveCrashes(), /process died/u);
  assert.throws(() => expect(simulation).toHaveSucceededWith(7), /7[^]*6/u);
  assert.throws(() => expect(simulation).toHaveOperations(["counter/0/increment(9)"]), /increment\\(9\\)[^]*increment\\(5\\)/u);
});
`;

/** With the other build of the kit, which a dependency that is loaded by the other module system uses. */
function copies(otherKit: string): string {
  return `
test("the ESM and the CommonJS build of the kit work together", async () => {
  const other = ${otherKit};
  const explore = (wrap) => {
    const bank = { payments: 0, pay: async () => void bank.payments++ };
    const wrapped = wrap(bank, "bank");
    const handler = withDurableExecution(async (event, context) => {
      await context.step("pay", () => wrapped.pay());
    });
    return exploreCrashes(handler, {
      beforeEach: () => void (bank.payments = 0),
      check: () => assert.equal(bank.payments, 1),
    });
  };
  const own = await explore(crashable);
  assert.ok(own.failures.length > 0);
  assert.deepEqual(await explore(other.crashable), own);
});
`;
}

/** A test file of a user's project. */
export function testProgram(modules: ModuleSystem, { from }: TestRunner): string {
  const hasExpect = from !== "node:test";
  const imports = {
    ...IMPORTS,
    ...(from !== undefined && { [from]: hasExpect ? "expect, test" : "test" }),
  };
  const lines = Object.entries(imports).map(([name, names]) =>
    modules === "esm"
      ? `import { ${names} } from "${name}";`
      : `const { ${names.replace(" as ", ": ")} } = require("${name}");`,
  );
  // In the CommonJS of jest, `import()` needs a flag of Node.
  const otherKit =
    modules === "esm"
      ? copies('createRequire(import.meta.url)("@durable-counter/testing")')
      : from === undefined
        ? ""
        : copies('await import("@durable-counter/testing")');
  return [lines.join("\n"), TESTS, hasExpect ? MATCHERS : "", otherKit].join("\n");
}

/**
 * Two Lambda functions that a bundler bundles, with their values in executions, and in a table that is nowhere; and the body of a
 * third, which a test runs by itself.
 */
export const LAMBDA = `
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createCounterHandler, durableCounter } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";

const credentials = { accessKeyId: "none", secretAccessKey: "none" };
const client = new DynamoDBClient({ region: "us-east-1", endpoint: "http://127.0.0.1:1", credentials, maxAttempts: 1 });
export const store = createDynamoDBCounterStore({ client, tableName: "counters" });
export const onTable = createCounterHandler({ store });
export const handler = createCounterHandler();
export const count = (event, context) => durableCounter(context).increment(event.amount);
`;

/**
 * Runs what a bundler made, with the kit: a body runs in a FakeContext, the handler crashes at every point on the bundle's own copy
 * of the durable SDK, and the store knows its own errors and those of its copy of the AWS SDK, whatever their classes are called now.
 * It has no zod, whose schemas all have a property `_zod`.
 *
 *   node bundled.mjs FILE
 */
export const BUNDLED = `
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { decrement, increment, isCounterError } from "@durable-counter/core";
import { exploreCrashes, FakeContext } from "@durable-counter/testing";

assert.ok(!readFileSync(process.argv[2], "utf8").includes("_zod"), "The bundle has zod, and nothing in it uses a zod schema.");
const bundle = await import(pathToFileURL(resolve(process.argv[2])));
const { count, handler, onTable, store } = bundle.handler === undefined ? bundle.default : bundle;
const context = new FakeContext();
assert.equal(await count({ amount: 5 }, context), 5);
assert.deepEqual(context.operations.map(({ name }) => name), ["counter/0/increment(5)"]);
const payload = { counterId: "cart-7", commands: [increment(5), decrement(2)] };
const { failures, points } = await exploreCrashes(handler, {
  payload,
  check: ({ result }) => assert.equal(result.value, 3),
});
assert.deepEqual(failures.map(({ message }) => message), []);
assert.ok(points > 5);
assert.equal(typeof onTable, "function");
await assert.rejects(store.apply({ id: "", commands: [increment()] }), (error) => isCounterError(error, "invalid-input"));
await assert.rejects(store.get("cart-7"), (error) => isCounterError(error, "unavailable"));
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
