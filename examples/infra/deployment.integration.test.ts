import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { decrement, increment } from "@durable-counter/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEnvironment, type Environment } from "../demo/environment.ts";
import { bundledCode } from "./bundle.ts";
import { newFolder, runCdk } from "./command-line.fixture.ts";
import { handlers } from "./handlers.ts";
import { codeOf, synthesizeWith, type Resource, type Template } from "./template.fixture.ts";

const program = fileURLToPath(new URL("run-bundle.fixture.ts", import.meta.url));
const assembly = newFolder();

// Bundles every handler: what it writes is used by all tests of this file.
await runCdk(["synth", "--quiet", "--output", assembly, "-c", "throwAway=true"], {
  CDK_DOCKER: "docker-is-not-there",
});
const templateFile = readFileSync(join(assembly, "DurableCounters.template.json"), "utf8");
const template = JSON.parse(templateFile) as Template; // as the CDK writes it

let environment: Environment;
beforeAll(async () => {
  environment = await openEnvironment();
});
afterAll(() => environment.close());

/** What the uploaded code of a handler answers, in a process that has none of this workspace's code. */
async function run(file: string, event: unknown): Promise<unknown> {
  const durable = handlers.some((handler) => handler.file === file && handler.isDurable);
  const bundle = join(codeOf(assembly, template, file), "index.mjs");
  const child = fork(program, [bundle, JSON.stringify(event), ...(durable ? ["durable"] : [])], {
    silent: true,
  });
  const printed = child.stderr === null ? "" : text(child.stderr);
  const exit = once(child, "exit");
  const [answer] = await Promise.race([
    once(child, "message"),
    exit.then(async ([code]) => {
      throw new Error(`The bundle of ${file} ended with ${code} and without an answer: ${await printed}`);
    }),
  ]);
  child.kill();
  await exit;
  return answer;
}

test("cdk synth needs no network, no credentials and no Docker", () => {
  expect(templateFile).toContain('"DeletionProtectionEnabled": false');
});

test("a version is published only where something has changed", () => {
  const again = synthesizeWith({ isThrowAway: true, codeOf: bundledCode });
  expect(withoutMetadata(again)).toEqual(withoutMetadata(template));
});

/** Metadata names folders of this machine. */
function withoutMetadata({ Resources, Outputs }: Template) {
  const resources = Object.entries(Resources).map(
    ([id, { Metadata: _metadata, ...resource }]: [string, Resource & { readonly Metadata?: unknown }]) =>
      [id, resource] as const,
  );
  return { Resources: Object.fromEntries(resources), Outputs };
}

const order = { counterId: "cart-7", commands: [increment(5), decrement(2)] };
const results = [
  { type: "increment", before: 0, after: 5 },
  { type: "decrement", before: 5, after: 3 },
];

test("the uploaded 01 counts", async () => {
  expect(await run("01-durable-counter.ts", order)).toMatchObject({
    status: "SUCCEEDED",
    result: { value: 3, values: [5, 3] },
  });
});

test("the uploaded 02 counts in the table of its environment, once per idempotency key", async () => {
  const event = { ...order, counterId: "cart-8", idempotencyKey: "order-1" };
  const before = environment.network.requests["UpdateItem"] ?? 0;
  expect(await run("02-stateless-dynamodb.ts", event)).toEqual({ value: 3, results });
  expect(environment.network.requests["UpdateItem"]).toBeGreaterThan(before);
  expect(await run("02-stateless-dynamodb.ts", event)).toEqual({ value: 3, results });
});

test("the uploaded 03 counts in the table of its environment, once per idempotency key", async () => {
  const event = { ...order, counterId: "cart-9", idempotencyKey: "order-1" };
  const succeeded = { status: "SUCCEEDED", result: { value: 3, results } };
  expect(await run("03-durable-on-dynamodb.ts", event)).toMatchObject(succeeded);
  expect(await run("03-durable-on-dynamodb.ts", event)).toMatchObject(succeeded);
});

test("the uploaded 04 finds the texts whose words it counts", async () => {
  const event = { text: "genesis.txt", counters: "genesis", words: ["God"], idempotencyKey: "genesis-1" };
  expect(await run("04-parallel-word-count.ts", event)).toMatchObject({ status: "SUCCEEDED" });
});

test.each(["01-durable-counter.ts", "03-durable-on-dynamodb.ts"])(
  "a minified %s fails with the same message",
  async (file) => {
    expect(await run(file, { counterId: "cart-10", commands: [decrement()] })).toMatchObject({
      status: "FAILED",
      error: { type: "StepError", message: expect.stringContaining("[limit-exceeded]") },
    });
  },
);

test("every handler is one file, with the folder that it reads beside it", () => {
  for (const { file, folder } of handlers) {
    const top = folder === undefined ? [] : [folder.split("/")[0]];
    expect(readdirSync(codeOf(assembly, template, file)).toSorted()).toEqual(["index.mjs", ...top]);
  }
});
