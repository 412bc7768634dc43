// Whatever point its process dies at, a deployed handler comes to the same result or error, and counts once: on a real
// DynamoDB engine, and on whatever this machine has of them.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { decrement, get, increment, type Command, type CounterStore } from "@durable-counter/core";
import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { crashable, exploreCrashes, simulate, type ExploreCrashesOptions } from "@durable-counter/testing";
import {
  localClient,
  startDynamoDB,
  startFaultyNetwork,
  type FaultyNetwork,
  type RunningDynamoDB,
} from "@durable-counter/testing/dynamodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { borrowDynamoDB } from "../scripts/test/borrow-dynamodb.ts";
import { handler as inTheExecution } from "./01-durable-counter.ts";
import { expectOutcome, outcomeOf, type Outcome } from "./outcome.fixture.ts";

const counterId = "cart-7";
const limits = { min: 0 };
const long = [increment(5), decrement(2), get(), increment(4), decrement(6), increment(1)];
const short = [increment(5), decrement(2)];
const refused = [increment(5), decrement(9), increment(1)];

const events: readonly (readonly [string, readonly Command[], 1 | 2])[] = [
  ["a long batch", long, 1],
  ["a batch that is refused", refused, 1],
  ["a short batch, twice over", short, 2],
];

/** What went wrong; nothing, if the handler is right. */
async function failuresOf(handler: DurableLambdaHandler, options: ExploreCrashesOptions) {
  const { failures, unreached } = await exploreCrashes(handler, options);
  return [...failures.map(({ message }) => message), ...(unreached > 0 ? [`${unreached} unreached`] : [])];
}

describe("01, whatever point it crashes at", () => {
  test.each(events)("comes to what the domain says: %s", async (_, commands, crashes) => {
    const { results, ...expected } = outcomeOf(commands, { limits, steps: "command" });
    const values = results?.map(({ after }) => after);
    const failures = await failuresOf(inTheExecution, {
      payload: { counterId, commands },
      crashes,
      check: (simulation) => {
        expectOutcome(simulation, expected);
        if (values !== undefined) expect(simulation.result).toEqual({ value: values.at(-1), values });
      },
    });
    expect(failures).toEqual([]);
  });
});

const best = await borrowDynamoDB();
const engines = best.engine === "dynalite" ? [best] : [best, await startDynamoDB({ engine: "dynalite" })];
afterAll(() => Promise.all(engines.map((engine) => engine.stop())));

describe.each(engines)("on $engine, whatever point it crashes at", (engine) => {
  const at = useDeployment(engine);

  describe.each([
    ["03", "command", async () => (await import("./03-durable-on-dynamodb.ts")).handler],
    ["a handler with a step per command", "command", async () => handlerOf("command")],
    ["a handler with a step per batch", "batch", async () => handlerOf("batch")],
  ] as const)("%s", (name, steps, load) => {
    // The second handler is made like 03, and crashes around its store's calls too: 03 shows that it is deployed like that.
    test.each(name === "03" ? events.slice(0, 1) : events)(
      "counts once: %s",
      async (_name, commands, crashes) => {
        const expected = outcomeOf(commands, { limits, steps });
        const failures = await failuresOf(await load(), {
          payload: { counterId, commands },
          crashes,
          beforeEach: at.empty,
          check: (simulation) => at.expect(simulation, expected),
        });
        expect(failures).toEqual([]);
      },
    );

    test("counts an event once that is delivered again, and answers it alike", async () => {
      const handler = await load();
      const payload = { counterId, commands: long, idempotencyKey: "order-1" };
      const expected = outcomeOf(long, { limits, steps });
      const failures = await failuresOf(handler, {
        payload,
        beforeEach: at.empty,
        check: async (simulation) => {
          await at.expect(simulation, expected);
          await at.expect(await simulate(handler, { payload, executionName: "again" }), expected);
        },
      });
      expect(failures).toEqual([]);
    });
  });

  test("a store that is not told the idempotency key is noticed", async () => {
    const forgetful: CounterStore = {
      ...at.store,
      apply: ({ idempotencyKey: _idempotencyKey, callerId: _callerId, ...request }) =>
        at.store.apply(request),
    };
    const handler = createCounterHandler({ store: crashable(forgetful, "store"), limits });
    const failures = await failuresOf(handler, {
      payload: { counterId, commands: short },
      beforeEach: at.empty,
    });
    expect(failures.join("\n")).toMatch(/^The process died after store\.apply ran/mu);
  });

  const handlerOf = (steps: "command" | "batch") =>
    createCounterHandler({ store: crashable(at.store, "store"), limits, steps });
});

/** A table on an engine, and the environment of a Lambda that is deployed to it. */
function useDeployment({ client, endpoint }: RunningDynamoDB) {
  const tableName = "counters";
  let network: FaultyNetwork;
  let store: CounterStore;
  let visitor: DynamoDBClient;
  beforeAll(async () => {
    // No fault is wanted of it but to know when a process that died has its last request carried out.
    network = await startFaultyNetwork(endpoint, { faults: {} });
    await ensureCounterTable(client, tableName);
    visitor = localClient(network.endpoint);
    store = createDynamoDBCounterStore({ client: visitor, tableName });
    Object.assign(process.env, {
      TABLE_NAME: tableName,
      AWS_ENDPOINT_URL_DYNAMODB: network.endpoint,
      AWS_REGION: "local", // that of the client which makes the table: DynamoDB Local has tables by region and key
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    });
    vi.resetModules(); // a handler reads its environment when it is imported
  });
  afterAll(async () => {
    visitor.destroy();
    await network.stop();
  });
  return {
    get store() {
      return store;
    },
    empty: async () => {
      await network.drain();
      await store.delete(counterId);
    },
    expect: async (simulation: Parameters<typeof expectOutcome>[0], expected: Outcome) => {
      expectOutcome(simulation, expected);
      expect(await store.get(counterId, { consistent: true })).toBe(expected.left);
    },
  };
}
