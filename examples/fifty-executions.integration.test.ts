// Fifty executions at once on one counter in DynamoDB, each of whose processes dies by chance, over a network where
// all goes wrong that can: in the end the counter stands where the executions were told.
import {
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyRequest,
  type BatchResult,
  type Command,
  type CounterStore,
} from "@durable-counter/core";
import { restoreCounterError } from "@durable-counter/durable";
import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import {
  checkLinearizable,
  counterModel,
  crashable,
  recordHistory,
  simulate,
  simulateWithCrashes,
  type CounterOperation,
  type Simulation,
} from "@durable-counter/testing";
import {
  localClient,
  startDynamoDB,
  startFaultyNetwork,
  type RunningDynamoDB,
} from "@durable-counter/testing/dynamodb";
import { afterAll, describe, expect, test } from "vitest";
import { borrowDynamoDB } from "../scripts/test/borrow-dynamodb.ts";
import { withoutRetries } from "./without-retries.fixture.ts";

const EXECUTIONS = 50;
const CHANCE_TO_DIE = 0.15; // at every point
const SEED = 4711;
const counterId = "cart-7";
const limits = { min: 0, max: 9_000 }; // some are refused

const best = await borrowDynamoDB();
const engines = best.engine === "dynalite" ? [best] : [best, await startDynamoDB({ engine: "dynalite" })];
afterAll(() => Promise.all(engines.map((engine) => engine.stop())));

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Event {
  readonly counterId: string;
  readonly commands: readonly Command[];
  readonly idempotencyKey: string;
}

/** One to four commands. By amounts so different hardly two values are the same: an order is either right or wrong. */
function eventOf(number: number): Event {
  const random = seededRandom(SEED + number);
  const amount = () => 1 + Math.floor(random() * 999);
  const up = () => increment(amount());
  const kinds = [up, up, () => decrement(amount()), get];
  const pick = () => kinds[Math.floor(random() * kinds.length)] as (typeof kinds)[number]; // within
  const commands = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick()());
  return { counterId, commands, idempotencyKey: `event-${number}` };
}

/** By how much an execution was told that it moved the counter; undefined where nobody knows. */
function toldBy({ result, error }: Simulation<BatchResult>, { commands }: Event): number | undefined {
  if (result !== undefined) return result.results.reduce((sum, { before, after }) => sum + after - before, 0);
  const failure = restoreCounterError(error);
  if (!isCounterError(failure, "limit-exceeded")) return undefined;
  return sumOf(commands.slice(0, Number(failure.details["appliedCount"] ?? 0)));
}

const sumOf = (commands: readonly Command[]) =>
  commands.reduce((sum, command) => {
    if (command.type === "get") return sum;
    return command.type === "increment" ? sum + command.amount : sum - command.amount;
  }, 0);

interface Outcome {
  /** Where the counter stands. */
  readonly total: number;
  /** Where it should, by what the executions were told. */
  readonly told: number;
  /** What contradicts itself in what was seen. */
  readonly contradiction: string;
  readonly deaths: number;
  readonly faults: number;
  /** For the message of an assertion. */
  readonly summary: string;
}

/** Lets fifty executions loose on one counter of a store. */
async function letLoose(
  { client: operator, endpoint }: RunningDynamoDB,
  plant: (store: CounterStore) => CounterStore = (store) => store,
): Promise<Outcome> {
  const tableName = `counters-${++tables}`;
  await ensureCounterTable(operator, tableName);
  await using network = await startFaultyNetwork(endpoint, { seed: SEED });
  const client = localClient(network.endpoint, { requestTimeout: 250 });
  const calls: Promise<unknown>[] = [];
  const newStore = () => createDynamoDBCounterStore({ client, tableName });
  const recording = recordHistory(plant(ofEachCall(newStore, calls)));
  const executions = Array.from({ length: EXECUTIONS }, (_, number) => {
    const store = crashable(recording.as(`execution ${number}`), "store");
    const steps = number % 2 === 0 ? "command" : "batch";
    const handler = createCounterHandler({ store, steps, limits });
    return { handler, payload: eventOf(number), crashes: crashesOf(number) };
  });

  const ended = await Promise.all(
    executions.map(async ({ handler, payload, crashes }) => {
      const options = { payload, timeoutMs: 60_000, ...crashes };
      const simulation = await simulateWithCrashes<BatchResult>(handler, options);
      return { handler, payload, told: toldBy(simulation, payload), crashes: simulation.crashes };
    }),
  );
  // What nobody knows is found out by the same event again.
  network.disableFaults();
  let told = 0;
  let unresolved = 0;
  for (const { handler, payload, told: amount } of ended) {
    if (amount === undefined) unresolved++;
    told += amount ?? toldBy(await simulate<BatchResult>(handler, { payload }), payload) ?? NaN;
  }
  // All that dead processes left on their way has arrived.
  await Promise.allSettled(calls);
  await network.drain();
  const total = await recording.get(counterId, { consistent: true });
  client.destroy();
  const deaths = sum(ended.map(({ crashes }) => crashes));
  return {
    total,
    told,
    contradiction: contradictionIn(recording.history),
    deaths,
    faults: sum(Object.values(network.faults)),
    summary: `${deaths} deaths, ${recording.history.length} calls, ${unresolved} executions delivered again. ${network.summary}`,
  };
}
let tables = 0;

/** A new store for every call, as a new process has one; calls are kept, for somebody to wait for all of them. */
function ofEachCall(newStore: () => CounterStore, calls: Promise<unknown>[]): CounterStore {
  return {
    ...newStore(),
    apply: (request) => {
      const call = newStore().apply(request);
      calls.push(call);
      return call;
    },
  };
}

const crashesOf = (number: number) => ({ chance: CHANCE_TO_DIE, seed: SEED + number });

/** None, or in words. */
function contradictionIn(history: readonly CounterOperation[]): string {
  try {
    const verdict = checkLinearizable(withoutRetries(history), counterModel());
    return verdict.linearizable ? "none" : verdict.message;
  } catch (error) {
    return String(error);
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe.each(engines)("fifty executions at once that die by chance, on $engine", (engine) => {
  test("move the counter by what they are told, and their history is linearizable", async () => {
    const { total, told, contradiction, deaths, faults, summary } = await letLoose(engine);
    expect({ total, contradiction, summary }).toEqual({ total: told, contradiction: "none", summary });
    expect(deaths).toBeGreaterThan(EXECUTIONS / 2);
    expect(faults).toBeGreaterThan(20);
  });

  test("would be noticed to count twice if the keys were lost on the way", async () => {
    const forgetful = (store: CounterStore): CounterStore => ({
      ...store,
      apply: ({ idempotencyKey: _idempotencyKey, callerId: _callerId, ...request }: ApplyRequest) =>
        store.apply(request),
    });
    const { total, told, contradiction } = await letLoose(engine, forgetful);
    expect(total).not.toBe(told);
    expect(contradiction).not.toBe("none");
  });
});

test("fifty executions of the naive handler count twice, with the same processes and but one kind of fault", async () => {
  const { client, endpoint } = engines.at(-1) as RunningDynamoDB; // there is one
  await ensureCounterTable(client, "counters");
  // Its client waits for ever for a reply that is lost without a reset.
  await using network = await startFaultyNetwork(endpoint, { seed: SEED, faults: { "reset-after": 0.05 } });
  Object.assign(process.env, {
    TABLE_NAME: "counters",
    AWS_ENDPOINT_URL_DYNAMODB: network.endpoint,
    AWS_REGION: "local", // where `client` made the table: DynamoDB Local has tables by region and key
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
  const { handler } = await import("./00-naive-counter.ts");
  const told = await Promise.all(
    Array.from({ length: EXECUTIONS }, async (_, number) => {
      const { idempotencyKey: _idempotencyKey, ...payload } = eventOf(number);
      const options = { payload, timeoutMs: 60_000, ...crashesOf(number) };
      const { status } = await simulateWithCrashes(handler, options);
      return status === "SUCCEEDED" ? sumOf(payload.commands) : NaN;
    }),
  );
  network.disableFaults();
  await network.drain();
  const { result } = await simulate<{ value: number }>(handler, {
    payload: { counterId, commands: [get()] },
  });
  expect(told).not.toContain(NaN);
  expect(result?.value).not.toBe(sum(told));
});
