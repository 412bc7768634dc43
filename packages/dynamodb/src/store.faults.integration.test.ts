import { increment, isCounterError, type ApplyRequest, type CounterStore } from "@durable-counter/core";
import { localClient, startFaultyNetwork } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { FAULTS_WITHOUT_WAITING } from "./faults.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";
import { strategiesOf } from "./simulated.fixture.ts";

const engines = await startEngines();
const tableName = "faults";
await Promise.all(engines.map(({ client }) => ensureCounterTable(client, tableName)));

/** Asks again with the same idempotency key until the answer is certain. */
async function untilAnswered(store: CounterStore, request: ApplyRequest): Promise<void> {
  for (;;) {
    try {
      await store.apply(request);
      return;
    } catch (error) {
      if (!isCounterError(error) || !error.retryable) throw error;
    }
  }
}

// What a simulation cannot show: that the SDK's HTTP client, sockets and a real engine behave as the simulation does.
describe.each(engines)("on real sockets, on $engine", (engine) => {
  test.each(strategiesOf({ transactions: hasTransactions(engine) }))(
    "each request counts once, though requests and replies are lost: %s",
    async (strategy) => {
      await using network = await startFaultyNetwork(engine.endpoint, { seed: 3, faults: {} });
      for (const fault of FAULTS_WITHOUT_WAITING) for (let n = 0; n < 3; n++) network.injectNext(fault);
      const client = localClient(network.endpoint, { maxAttempts: 2 });
      const store = createDynamoDBCounterStore({ client, tableName, idempotency: { strategy } });
      const writer = async (_: unknown, index: number) => {
        for (let n = 0; n < 10; n++) {
          await untilAnswered(store, {
            id: strategy,
            commands: [increment()],
            idempotencyKey: `${index}-${n}`,
          });
        }
      };
      await Promise.all(Array.from({ length: 8 }, writer));
      await network.drain();
      client.destroy();
      const truth = createDynamoDBCounterStore({ client: engine.client, tableName });
      const { summary } = network;
      expect({ value: await truth.get(strategy, { consistent: true }), summary }).toEqual({
        value: 80,
        summary,
      });
    },
  );
});
