import type { DurableLogger, DurableLoggingContext } from "@aws/durable-execution-sdk-js";
import { expect, test } from "vitest";
import { FakeContext } from "./fake-context.ts";

test("keeps log lines with the operation that wrote them", async () => {
  const context = new FakeContext();
  context.logger.info("started", { n: 1 });
  await context.step("charge", async ({ logger, attempt }) => {
    logger.warn("trying");
    if (attempt === 1) throw new Error("again");
  });
  await context.runInChildContext("child", async (child) => child.logger.debug("inside"));
  context.logger.error("done");
  expect(context.logs).toEqual([
    { level: "INFO", params: ["started", { n: 1 }] },
    { level: "WARN", params: ["trying"], operationId: "1", operationName: "charge", attempt: 1 },
    { level: "WARN", params: ["trying"], operationId: "1", operationName: "charge", attempt: 2 },
    { level: "DEBUG", params: ["inside"], operationId: "2", operationName: "child" },
    { level: "ERROR", params: ["done"] },
  ]);
});

class Recorder implements DurableLogger {
  readonly lines: unknown[] = [];
  readonly #prefix: string;
  #context: DurableLoggingContext | undefined;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  configureDurableLoggingContext(context: DurableLoggingContext): void {
    this.#context = context;
  }

  info(...params: unknown[]): void {
    this.lines.push([this.#prefix, ...params, this.#context?.getDurableLogData()]);
  }

  error(): void {}
  warn(): void {}
  debug(): void {}
}

test("tells a custom logger the operation of each line", async () => {
  const logger = new Recorder("custom");
  const context = new FakeContext({
    logger,
    arn: "arn-1",
    lambdaContext: { awsRequestId: "r-1", tenantId: "t-1" },
  });
  const { info } = context.logger;
  info("at the root");
  await context.step("charge", async (step) => step.logger.info("in a step"));
  const execution = { executionArn: "arn-1", requestId: "r-1", tenantId: "t-1" };
  expect(logger.lines).toEqual([
    ["custom", "at the root", execution],
    ["custom", "in a step", { ...execution, operationId: "1", operationName: "charge", attempt: 1 }],
  ]);
  expect(context.logs).toEqual([]);
});

test("a configured logger is used by its context and by children that start later", async () => {
  const first = new Recorder("first");
  const second = new Recorder("second");
  const context = new FakeContext({ logger: first });
  await context.runInChildContext(async (child) => {
    child.configureLogger({ customLogger: second, modeAware: false });
    child.logger.info("child");
    await child.runInChildContext(async (grandchild) => grandchild.logger.info("grandchild"));
  });
  context.configureLogger({});
  context.logger.info("root");
  expect(first.lines).toMatchObject([["first", "root", {}]]);
  expect(second.lines).toMatchObject([
    ["second", "child", {}],
    ["second", "grandchild", {}],
  ]);
});
