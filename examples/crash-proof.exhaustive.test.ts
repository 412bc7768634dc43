// Whatever point its process dies at, a handler comes to the same result or error, and counts once: in the execution, and
// in a simulated DynamoDB, around the calls of the store too.
import type { CounterStore } from "@durable-counter/core";
import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { crashable } from "@durable-counter/testing";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { expectOutcome, outcomeOf } from "../scripts/test/outcome.ts";
import { handler as inTheExecution } from "./01-durable-counter.ts";
import { counterId, counterIn, events, failuresOf, limits, short } from "./crash-proof.fixture.ts";

describe("01, whatever point it crashes at", () => {
  test.each(events)("comes to what the domain says: %s", async (_, commands, crashes) => {
    const { result, ...expected } = outcomeOf(commands, { limits, steps: "command" });
    const values = result?.results.map(({ after }) => after);
    const failures = await failuresOf(inTheExecution, {
      payload: { counterId, commands },
      crashes,
      check: (simulation) => {
        expectOutcome(simulation, expected);
        if (result !== undefined) expect(simulation.result).toEqual({ value: result.value, values });
      },
    });
    expect(failures).toEqual([]);
  });
});

const db = createSimulatedDynamoDB();
const tableName = "counters";
await ensureCounterTable(db.client(), tableName);
const store = createDynamoDBCounterStore({
  client: db.client(),
  tableName,
  now: db.clock.now,
  sleep: (ms, options) => db.clock.sleep(ms, options),
  random: () => db.random(),
});
const counter = counterIn(store, db.network.drain);

describe.each(["command", "batch"] as const)(
  "a handler with a step per %s, whatever point it crashes at",
  (steps) => {
    const handler = createCounterHandler({ store: crashable(store, "store"), limits, steps });

    test.each(events)("counts once: %s", async (_, commands, crashes) => {
      expect(await counter.count(handler, commands, { steps, crashes })).toEqual([]);
    });

    test("counts an event once that is delivered again, and answers it alike", async () => {
      expect(await counter.countRedelivered(handler, steps)).toEqual([]);
    });
  },
);

test("a store that is not told the idempotency key is noticed", async () => {
  const forgetful: CounterStore = {
    ...store,
    apply: ({ idempotencyKey: _idempotencyKey, callerId: _callerId, ...request }) => store.apply(request),
  };
  const handler = createCounterHandler({ store: crashable(forgetful, "store"), limits });
  const failures = await counter.count(handler, short, { steps: "command", crashes: 1 });
  expect(failures.join("\n")).toMatch(/^The process died after store\.apply ran/mu);
});
