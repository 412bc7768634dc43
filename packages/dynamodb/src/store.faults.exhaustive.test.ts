import {
  decrement,
  increment,
  isCounterError,
  type ApplyRequest,
  type ApplyResult,
  type Command,
  type CounterStore,
} from "@durable-counter/core";
import {
  checkLinearizable,
  counterModel,
  recordHistory,
  type CounterOperation,
} from "@durable-counter/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { EVERY_FAULT, type Fault } from "@durable-counter/testing/dynamodb";
import {
  createSimulation,
  simulatedEngines,
  strategiesOf,
  type SimulatedEngine,
} from "./simulated.fixture.ts";

const id = "stock";
const limits = { min: 0 };
const REQUEST_TIMEOUT_MS = 1_000;

interface History {
  /** Of the network: its faults, and in which order messages arrive. */
  readonly seed: number;
  readonly clients: number;
  readonly requestsEach: number;
  readonly maxAttempts: number;
  readonly commands: keyof typeof COMMANDS;
  readonly options: object;
}

/** By its length a key decides what is asked; a decrement now and then meets the minimum. */
const single = (key: string) => [key.length % 2 === 0 ? increment(2) : decrement()];
const COMMANDS = {
  single,
  batch: (key: string) => [increment(3), ...single(key), decrement(2)],
} satisfies Record<string, (key: string) => readonly Command[]>;

/** What a caller was told in the end: what it counted, that it was refused, or that the outcome is unknown. */
type Answer = ApplyResult | "refused" | "unknown";

/** Asks, and asks again with the same idempotency key while that helps, as a careful caller does. */
async function ask(store: CounterStore, request: ApplyRequest): Promise<Answer> {
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
function changeOf(answer: Answer): number {
  if (typeof answer === "string") return 0;
  return answer.value - (answer.results[0]?.before ?? answer.value);
}

async function createFaultySimulation(
  { transactions }: SimulatedEngine,
  { seed, maxAttempts, options }: History,
) {
  const simulation = await createSimulation({ seed, faults: EVERY_FAULT, transactions });
  const createStore = () =>
    simulation.createStore({
      ...options,
      clientOptions: { maxAttempts, requestTimeout: REQUEST_TIMEOUT_MS },
    });
  /** Ends the faults; what is under way arrives. The store that it returns tells the truth. */
  const settle = async () => {
    simulation.network.disableFaults();
    await simulation.network.drain();
    return simulation.createStore(options);
  };
  return { ...simulation, createStore, settle };
}

/** Clients that each send requests one after another; the value in the end, and what it is by what they were told. */
async function runHistory(engine: SimulatedEngine, history: History, firstFault?: Fault) {
  const { createStore, settle, network } = await createFaultySimulation(engine, history);
  if (firstFault !== undefined) network.injectNext(firstFault);
  const answers = new Map<string, Answer>();
  const requestOf = (idempotencyKey: string) => ({
    id,
    commands: COMMANDS[history.commands](idempotencyKey),
    idempotencyKey,
    callerId: "client", // Without it, the second copy of a request can count after the first was refused.
  });
  const client = async (_: unknown, index: number) => {
    const store = createStore();
    for (let n = 0; n < history.requestsEach; n++) {
      const request = requestOf(`${index}-${n}`);
      answers.set(request.idempotencyKey, await ask(store, request));
    }
  };
  await Promise.all(Array.from({ length: history.clients }, client));
  const truth = await settle();
  let expected = 0;
  for (const [key, answer] of answers) {
    expected += changeOf(answer === "unknown" ? await ask(truth, requestOf(key)) : answer);
  }
  return { value: await truth.get(id, { consistent: true }), expected, network };
}

describe.each(simulatedEngines)(
  "clients that retry, on $engine, through a network with every fault",
  (engine) => {
    const optionsOf = (strategy: string) => ({ idempotency: { strategy }, limits });
    const all = [...strategiesOf(engine).map(optionsOf), { shards: 8 }];
    const possibleFaults = (Object.keys(EVERY_FAULT) as Fault[]).filter(
      (fault) => fault !== "conflict" || engine.transactions,
    );
    const history = fc.record<History>({
      seed: fc.nat(),
      clients: fc.integer({ min: 1, max: 12 }),
      requestsEach: fc.integer({ min: 1, max: 4 }),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
      commands: fc.constantFrom("single", "batch"),
      options: fc.constantFrom(...all),
    });
    test("count each request exactly once, whatever they are told, in random histories", async () => {
      await fc.assert(
        fc.asyncProperty(history, async (history) => {
          const { value, expected, network } = await runHistory(engine, history);
          expect({ value, summary: network.summary }).toEqual({ value: expected, summary: network.summary });
        }),
        { numRuns: randomRuns(30) },
      );
    });

    test.each(possibleFaults)("count each request exactly once after a %s", async (fault) => {
      for (const options of all) {
        const history = {
          seed: 1,
          clients: 3,
          requestsEach: 2,
          maxAttempts: 2,
          commands: "single",
          options,
        } as const;
        const { value, expected, network } = await runHistory(engine, history, fault);
        expect(network.faults[fault]).toBeGreaterThan(0);
        expect({ value, summary: network.summary }).toEqual({ value: expected, summary: network.summary });
      }
    });

    test("repeat a history by its seed: requests, faults, times and answers", async () => {
      const repeated = history.map((drawn) => ({ ...drawn, clients: Math.min(drawn.clients, 4) }));
      await fc.assert(
        fc.asyncProperty(repeated, async (history) => {
          const traceOf = async () => {
            const { value, network } = await runHistory(engine, history);
            return { value, trace: network.trace };
          };
          expect(await traceOf()).toEqual(await traceOf());
        }),
        { numRuns: randomRuns(10) },
      );
    });

    test.each(all)("count each request exactly once when there are 64 of them: %j", async (options) => {
      const crowd = {
        seed: 7,
        clients: 64,
        requestsEach: 4,
        maxAttempts: 2,
        commands: "batch",
        options,
      } as const;
      const { value, expected, network } = await runHistory(engine, crowd);
      const { summary } = network;
      expect({ value, summary }).toEqual({ value: expected, summary });
    });

    test("leave a history that is linearizable", async () => {
      // The check tries orders of what was concurrent: few clients are enough, and many would take forever.
      const ofOneItem = history
        .filter(({ options }) => !("shards" in options))
        .map((drawn) => ({ ...drawn, clients: Math.min(drawn.clients, 5) }));
      await fc.assert(
        fc.asyncProperty(ofOneItem, async (history) => {
          const { createStore, settle, network } = await createFaultySimulation(engine, history);
          const recorded = recordHistory(createStore());
          const client = async (_: unknown, index: number) => {
            const own = recorded.as(index);
            for (let n = 0; n < history.requestsEach; n++) {
              const idempotencyKey = `${index}-${n}`;
              await ask(own, { id, commands: COMMANDS[history.commands](idempotencyKey), idempotencyKey });
              if (n % 2 === 0) await own.get(id, { consistent: true }).catch(ignoreUnavailable);
            }
          };
          await Promise.all(Array.from({ length: history.clients }, client));
          await settle();
          await recorded.get(id, { consistent: true });
          const result = checkLinearizable(recorded.history.map(withoutReplayed), counterModel({ limits }));
          const { summary } = network;
          expect(result.linearizable ? summary : `${summary} ${result.message}`).toBe(summary);
        }),
        { numRuns: randomRuns(20) },
      );
    });
  },
);

function ignoreUnavailable(error: unknown): void {
  if (!isCounterError(error) || !error.retryable) throw error;
}

/** A first request whose reply was lost, or that the network duplicated, may be answered as a replay of itself. */
function withoutReplayed(operation: CounterOperation): CounterOperation {
  const { output } = operation;
  if (typeof output !== "object") return operation;
  const { replayed: _, ...rest } = output;
  return { ...operation, output: rest };
}
