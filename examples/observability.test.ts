import { Console } from "node:console";
import { Writable } from "node:stream";
import { Logger } from "@aws-lambda-powertools/logger";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { decrement, get, increment } from "@durable-counter/core";
import { createCounterHandler, durableCounter } from "@durable-counter/durable";
import { MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";

/** The records that a Powertools Logger writes, as CloudWatch gets them. */
function writtenLines() {
  // In development Powertools writes to the global console, which a test can replace.
  vi.stubEnv("POWERTOOLS_DEV", "true");
  const written: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  vi.stubGlobal("console", new Console(sink));
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  });
  return () => written.map((text) => JSON.parse(text) as Record<string, unknown>);
}

describe("a Powertools Logger", () => {
  test("gets a record per command", async () => {
    const lines = writtenLines();
    const store = new MemoryCounterStore();
    const logger = new Logger({ serviceName: "stock" });
    const handler = createCounterHandler({ store, limits: { min: 0 }, logger });
    const payload = {
      counterId: "sku-1",
      commands: [increment(5), decrement(2), get(), decrement(9)],
      idempotencyKey: "order-1",
    };
    const { invocations } = await simulate(handler, { payload, replay: "always", executionName: "order" });
    await simulate(handler, { payload: { ...payload, commands: [increment(5)] } });

    expect(invocations).toBe(5);
    expect(lines().map(({ level, message }) => [level, message])).toEqual([
      ["INFO", 'Applied sku-1/0/increment(5) on "sku-1": from 0 to 5.'],
      ["INFO", 'Applied sku-1/1/decrement(2) on "sku-1": from 5 to 3.'],
      ["INFO", 'Applied sku-1/2/get on "sku-1": from 3 to 3.'],
      [
        "WARN",
        'Rejected sku-1/3/decrement(9) on "sku-1": Counter "sku-1" is at 3 and would fall to -6; its minimum is 0. [limit-exceeded]',
      ],
      ["INFO", 'Replayed sku-1/0/increment(5) on "sku-1", which had counted before: from 0 to 5.'],
    ]);
    expect(lines()[0]).toMatchObject({
      service: "stock",
      outcome: "applied",
      counter: "sku-1",
      executionArn: expect.stringContaining("/durable-execution/order/"),
      context: "root",
      operationName: "sku-1/0/increment(5)",
      sequence: 0,
      attempt: 1,
      type: "increment",
      commands: 1,
      before: 0,
      after: 5,
    });
    expect(lines()[3]).toMatchObject({ outcome: "rejected", errorCode: "limit-exceeded" });
  });

  test("can be the custom logger of the SDK, which suppresses records while the function replays", async () => {
    const lines = writtenLines();
    const logger = new Logger({ serviceName: "stock" });
    const handler = withDurableExecution(async (_event: unknown, context: DurableContext) => {
      context.configureLogger({ customLogger: logger });
      context.logger.info("begin");
      await durableCounter(context, { logger: context.logger }).increment();
      await context.wait({ hours: 1 });
      context.logger.info("end");
    });
    await simulate(handler);
    expect(lines().map(({ message }) => message)).toEqual([
      "begin",
      'Applied counter/0/increment(1) on "counter": from 0 to 1.',
      "end",
    ]);
    expect(lines()[1]).toMatchObject({ operationName: "counter/0/increment(1)", before: 0, after: 1 });
  });
});
