// Fifty executions at once on one counter in DynamoDB, each of whose processes dies by chance, over a network with
// faults: in the end the counter has the value that follows from what the executions were told.
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  decrement,
  get,
  increment,
  isCounterError,
  type BatchResult,
  type Command,
  type CounterStore,
} from "@durable-counter/core";
import { createCounterHandler, restoreCounterError, type CounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore, type DynamoDBCounterStoreOptions } from "@durable-counter/dynamodb";
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
import type { FaultyNetwork } from "@durable-counter/testing/dynamodb";
import { withoutRetries } from "./without-retries.fixture.ts";

export const EXECUTIONS = 50;
export const counterId = "cart-7";
const CHANCE_TO_DIE = 0.15; // at every point
const limits = { min: 0, max: 9_000 }; // some are refused
/** Ends only a simulation that hangs. */
const HANG_MS = 600_000;

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

export interface Event {
  readonly counterId: string;
  readonly commands: readonly Command[];
  readonly idempotencyKey: string;
}

/** One to four commands. By amounts so different that hardly two values are the same: an order is either right or wrong. */
export function eventOf(number: number, seed: number): Event {
  const random = seededRandom(seed + number);
  const amount = () => 1 + Math.floor(random() * 999);
  const up = () => increment(amount());
  const kinds = [up, up, () => decrement(amount()), get];
  const pick = () => kinds[Math.floor(random() * kinds.length)] as (typeof kinds)[number]; // within
  const commands = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick()());
  return { counterId, commands, idempotencyKey: `event-${number}` };
}

/** By how much an execution was told that it moved the counter; undefined where the outcome is unknown. */
function toldBy({ result, error }: Simulation<BatchResult>, { commands }: Event): number | undefined {
  if (result !== undefined) return result.results.reduce((sum, { before, after }) => sum + after - before, 0);
  const failure = restoreCounterError(error);
  if (!isCounterError(failure, "limit-exceeded")) return undefined;
  return sumOf(commands.slice(0, Number(failure.details["appliedCount"] ?? 0)));
}

export const sumOf = (commands: readonly Command[]) =>
  commands.reduce((sum, command) => {
    if (command.type === "get" || command.type === "set") return sum; // no event of this program sets a value
    return command.type === "increment" ? sum + command.amount : sum - command.amount;
  }, 0);

/** What the executions run on. */
export interface Environment {
  /** Decides the events, and when processes die. */
  readonly seed: number;
  /** Through the network. */
  readonly client: DynamoDBClient;
  readonly network: Pick<FaultyNetwork, "disableFaults" | "drain" | "faults" | "summary">;
  readonly tableName: string;
  /** How stores wait and know the time. */
  readonly options?: Partial<DynamoDBCounterStoreOptions>;
}

export interface Outcome {
  /** The counter's value. */
  readonly value: number;
  /** The value that follows from what the executions were told. */
  readonly expected: number;
  /** What contradicts itself in what was seen. */
  readonly contradiction: string;
  readonly crashes: number;
  readonly faults: number;
  /** For the message of an assertion. */
  readonly summary: string;
}

/** Runs fifty executions at once on one counter. */
export async function runFiftyExecutions(
  { seed, client, network, tableName, options }: Environment,
  change: (store: CounterStore) => CounterStore = (store) => store,
): Promise<Outcome> {
  const calls: Promise<unknown>[] = [];
  // Fifty executions share one thread, and a call of one waits for all others: its limit only ends a hang.
  const limit = { timeoutMs: 900_000 };
  const newStore = () => createDynamoDBCounterStore({ client, tableName, ...limit, ...options });
  const recording = recordHistory(change(ofEachCall(newStore, calls)));
  const executions = Array.from({ length: EXECUTIONS }, (_, number) => {
    const store = crashable(recording.as(`execution ${number}`), "store");
    const steps = number % 2 === 0 ? "command" : "batch";
    const handler = createCounterHandler({ store, steps, limits });
    return { handler, payload: eventOf(number, seed), crashes: crashesOf(number, seed) };
  });

  const ended = await Promise.all(
    executions.map(async ({ handler, payload, crashes }) => {
      const simulation = await simulateWithCrashes<BatchResult>(handler, {
        payload,
        timeoutMs: HANG_MS,
        ...crashes,
      });
      return { handler, payload, told: toldBy(simulation, payload), crashes: simulation.crashes };
    }),
  );
  // An unknown outcome is found out by the same event again.
  network.disableFaults();
  let expected = 0;
  let unresolved = 0;
  for (const { handler, payload, told } of ended) {
    if (told === undefined) unresolved++;
    expected += told ?? (await deliverAgain(handler, payload));
  }
  // All that dead processes left under way has arrived.
  await Promise.allSettled(calls);
  await network.drain();
  const crashes = sum(ended.map((each) => each.crashes));
  return {
    value: await recording.get(counterId, { consistent: true }),
    expected,
    contradiction: contradictionIn(recording.history),
    crashes,
    faults: sum(Object.values(network.faults)),
    summary: `${crashes} crashes, ${recording.history.length} calls, ${unresolved} executions delivered again. ${network.summary}`,
  };
}

/** @throws Error where even without faults an execution cannot tell what it did */
async function deliverAgain(handler: CounterHandler, payload: Event): Promise<number> {
  const simulation = await simulate(handler, { payload, timeoutMs: HANG_MS });
  const told = toldBy(simulation, payload);
  if (told !== undefined) return told;
  const { status, error } = simulation;
  throw new Error(
    `${payload.idempotencyKey}, delivered again without faults, ended ${status}: ${JSON.stringify(error)}`,
  );
}

/** A new store for every call, as a new process has one; calls are kept, so that all of them can be awaited. */
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

export const crashesOf = (number: number, seed: number) => ({ chance: CHANCE_TO_DIE, seed: seed + number });

/** None, or in words. */
function contradictionIn(history: readonly CounterOperation[]): string {
  try {
    const result = checkLinearizable(withoutRetries(history), counterModel());
    return result.linearizable ? "none" : result.message;
  } catch (error) {
    return String(error);
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** A store that is not told the idempotency keys: what must be noticed. */
export function withoutKeys(store: CounterStore): CounterStore {
  return {
    ...store,
    apply: ({ idempotencyKey: _idempotencyKey, callerId: _callerId, ...request }) => store.apply(request),
  };
}
