import {
  decrement,
  increment,
  isCounterError,
  type Command,
  type CounterStore,
  type ApplyResult,
} from "@durable-counter/core";
import { checkLinearizable, counterModel, recordHistory } from "@durable-counter/testing";
import {
  localClient,
  startFaultyNetwork,
  type FaultyNetwork,
  type RunningDynamoDB,
} from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";

const engines = await startEngines();

const id = "stock";
/** Long enough for an engine with 64 clients on a busy machine, mostly: what takes longer is one more lost reply. */
const REQUEST_TIMEOUT_MS = 2_000;
const delayMs = { min: 1.1 * REQUEST_TIMEOUT_MS, max: 2 * REQUEST_TIMEOUT_MS };
let tables = 0;

interface Rig {
  readonly network: FaultyNetwork;
  /** Through the network. */
  readonly store: CounterStore;
  /** Past it. */
  readonly truth: CounterStore;
}

async function withRig(
  engine: RunningDynamoDB,
  options: Partial<DynamoDBCounterStoreOptions> & { maxAttempts?: number; seed: number },
  use: (rig: Rig) => Promise<void>,
): Promise<void> {
  const { maxAttempts, seed, ...storeOptions } = options;
  const tableName = `counters-${++tables}`;
  await ensureCounterTable(engine.client, tableName);
  await using network = await startFaultyNetwork(engine.endpoint, { seed, delayMs });
  const client = localClient(network.endpoint, { requestTimeout: REQUEST_TIMEOUT_MS, maxAttempts });
  try {
    const store = createDynamoDBCounterStore({ client, tableName, ...storeOptions });
    const truth = createDynamoDBCounterStore({ client: engine.client, tableName, ...storeOptions });
    await use({ network, store, truth });
  } catch (cause) {
    throw new Error(`With maxAttempts ${maxAttempts}. ${network.summary} ${String(cause)}`, { cause });
  } finally {
    client.destroy();
  }
}

/** What a caller was told in the end: what it counted, nothing for a refusal, or that nobody knows. */
type Told = ApplyResult | "refused" | "unknown";

/** Asks, and asks again with the same idempotency key while it helps, as a careful caller does. */
async function ask(store: CounterStore, request: Parameters<CounterStore["apply"]>[0]): Promise<Told> {
  for (let asked = 1; ; asked++) {
    try {
      return await store.apply(request);
    } catch (error) {
      if (isCounterError(error, "limit-exceeded")) return "refused";
      if (!isCounterError(error) || !error.retryable) throw error;
      if (asked === 3 && error.code === "outcome-unknown") return "unknown";
    }
  }
}

/** The change that a caller was told of; the same for a counter in one item as for a shard. */
function changeOf(told: Told): number {
  if (typeof told === "string") return 0;
  return told.value - (told.results[0]?.before ?? told.value);
}

const WRITERS = 64;

/** Writers that each send requests one after another; the answers, by idempotency key. */
async function crowd(
  store: CounterStore,
  commandsOf: (idempotencyKey: string) => readonly Command[],
  requestsEach: number,
): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  const writer = async (_: unknown, index: number) => {
    for (let n = 0; n < requestsEach; n++) {
      const idempotencyKey = `${index}-${n}`;
      told.set(
        idempotencyKey,
        await ask(store, { id, commands: commandsOf(idempotencyKey), idempotencyKey }),
      );
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return told;
}

/** One, or a batch that depends on the idempotency key; a decrement now and then meets the minimum. */
const single = (idempotencyKey: string) => [idempotencyKey.length % 2 === 0 ? increment(2) : decrement()];
const batched = (idempotencyKey: string) => [increment(3), ...single(idempotencyKey), decrement(2)];
const limits = { min: 0 };

// At the same time, for most of it is waiting for what was lost.
describe.concurrent.each(engines)("64 writers on $engine, with all that can go wrong", (engine) => {
  const strategies = !hasTransactions(engine)
    ? [{ idempotency: { strategy: "inline" }, limits } as const]
    : ([
        { idempotency: { strategy: "inline" }, limits },
        { idempotency: { strategy: "separate-item" }, limits },
        { idempotency: { strategy: "auto" }, limits },
      ] as const);
  const cases = [...strategies, { shards: 8 } as const].flatMap((options) => [
    { rig: { ...options, maxAttempts: 1 }, of: "single commands", commandsOf: single },
    { rig: { ...options, maxAttempts: 3 }, of: "batches", commandsOf: batched },
  ]);

  test.each(cases)(
    "counts each of $of exactly once, whatever they are told: $rig",
    async ({ commandsOf, rig }) => {
      await withRig(engine, { ...rig, seed: 7 }, async ({ network, store, truth }) => {
        const told = await crowd(store, commandsOf, 4);
        await network.drain();
        let expected = 0;
        for (const [idempotencyKey, first] of told) {
          const last =
            first === "unknown"
              ? await ask(truth, { id, commands: commandsOf(idempotencyKey), idempotencyKey })
              : first;
          expected += changeOf(last);
        }
        expect(Math.min(...Object.values(network.faults))).toBeGreaterThan(0);
        expect(await truth.get(id, { consistent: true })).toBe(expected);
      });
    },
  );

  test.each(strategies)("leaves a history that is linearizable: %o", async (options) => {
    for (const seed of [1, 2]) {
      await withRig(engine, { ...options, maxAttempts: 2, seed }, async ({ network, store, truth }) => {
        const recorded = recordHistory({ ...store, get: async (...asked) => truth.get(...asked) });
        const writer = async (_: unknown, index: number) => {
          const mine = recorded.as(index);
          for (let n = 0; n < 5; n++) {
            const idempotencyKey = `${index}-${n}`;
            await ask(mine, { id, commands: single(idempotencyKey), idempotencyKey });
            if (n % 3 === 0) await mine.get(id, { consistent: true });
          }
        };
        await Promise.all(Array.from({ length: 8 }, writer));
        await network.drain();
        await recorded.get(id, { consistent: true });
        expect(checkLinearizable(recorded.history, counterModel({ limits }))).toMatchObject({
          linearizable: true,
        });
      });
    }
  });
});
