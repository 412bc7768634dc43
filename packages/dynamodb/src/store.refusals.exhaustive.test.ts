import type { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import {
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyRequest,
  type Command,
  type CounterStore,
} from "@durable-counter/core";
import { MemoryCounterStore } from "@durable-counter/testing";
import type { SimulatedDynamoDBOptions } from "@durable-counter/testing/dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { countRequests, freeze, keepLostWrites } from "./client-middleware.fixture.ts";
import { startsCompaction } from "./compaction.ts";
import { EVERY_FAULT } from "@durable-counter/testing/dynamodb";
import { keyAttribute } from "./idempotency-key.ts";
import {
  createSimulation,
  NO_LATENCY,
  simulatedEngines,
  strategiesOf,
  tableName,
  withTransactions,
  type SimulatedEngine,
  type Strategy,
} from "./simulated.fixture.ts";
import { partsOf } from "./table-items.fixture.ts";

const limits = { min: 0, max: 9 };
const id = "counter";

/** Stores that share a table and a clock, but nothing that they remember. */
async function setUp({ transactions }: SimulatedEngine, options: SimulatedDynamoDBOptions = {}) {
  const db = await createSimulation({ transactions, latencyMs: NO_LATENCY, ...options });
  const store = (strategy: Strategy, client = db.client()) =>
    db.createStore({ client, limits, idempotency: { strategy, retentionSeconds: 600 } });
  let moves = 0;
  /** Changes the value, by an idempotency key that nobody else uses. */
  const move = (command: Command, strategy: Strategy = "inline") =>
    store(strategy).apply({ id, commands: [command], idempotencyKey: `move-${++moves}` });
  const keysInItem = async () =>
    Object.keys((await partsOf(db.client(), tableName, id)).get("value") ?? {}).filter((name) =>
      name.startsWith("k#"),
    ).length;
  return { db, clock: db.clock, store, move, keysInItem };
}

/** By these a write looks after the keys of its counter. */
const COMPACTING = Array.from({ length: 400 }, (_, n) => `compacting-${n}`)
  .filter((idempotencyKey) => startsCompaction(keyAttribute(idempotencyKey)))
  .slice(0, 3);

/** What a store answers, in words. */
async function told(store: CounterStore, request: ApplyRequest): Promise<string> {
  try {
    const { value, replayed } = await store.apply(request);
    return `${value}${replayed ? ", replayed" : ""}`;
  } catch (error) {
    return isCounterError(error) ? error.message : String(error);
  }
}

const FIVE_OF_THREE = 'Counter "counter" is at 3 and would fall to -2; its minimum is 0. [limit-exceeded]';

const ways = (engine: SimulatedEngine) =>
  engine.transactions
    ? ([
        { strategy: "inline", isFenced: false },
        { strategy: "inline", isFenced: true },
        { strategy: "auto", isFenced: false },
        { strategy: "auto", isFenced: true },
        { strategy: "separate-item", isFenced: false },
        { strategy: "separate-item", isFenced: true },
      ] as const)
    : ([{ strategy: "inline", isFenced: false }] as const);

describe.each(simulatedEngines)("a refusal that is remembered, on $engine", (engine) => {
  const pairs = ways(engine).flatMap((way) =>
    Array.from(new Set(ways(engine).map(({ strategy }) => strategy)), (dying) => ({ ...way, dying })),
  );

  test.each(pairs)(
    "keeps off what another process has on its way: $strategy, fenced: $isFenced, of one that is $dying",
    async ({ strategy, isFenced, dying }) => {
      const { db, store, move } = await setUp(engine);
      await move(increment(5), isFenced ? "separate-item" : "inline");
      const request = { id, idempotencyKey: "t", commands: [decrement(5)], callerId: "a" };
      const client = db.client({ maxAttempts: 1 });
      const network = keepLostWrites(client);
      await told(store(dying, client), request); // lost, and nobody asks this store again
      await move(decrement(2));
      const refusal = FIVE_OF_THREE;
      expect(await told(store(strategy), request)).toBe(refusal);
      await move(increment(2));
      expect(network.lost).toHaveLength(1);
      for (const late of network.lost)
        await expect(db.client().send(late as never)).rejects.toThrow(/condition/iu);
      for (const asked of [store(strategy), store("inline"), store("auto")])
        expect(await told(asked, request)).toBe(refusal);
      expect(await store(strategy).get(id, { consistent: true })).toBe(5);
    },
  );

  test.each(ways(engine))(
    "is told to a call that was frozen before it sent anything: $strategy, fenced: $isFenced",
    async ({ strategy, isFenced }) => {
      const { db, clock, store, move } = await setUp(engine);
      await move(increment(5), isFenced ? "separate-item" : "inline");
      const request = { id, idempotencyKey: "t", commands: [decrement(5)], callerId: "a" };
      const client = db.client();
      const { resume } = freeze(client);
      const frozen = told(store(strategy, client), request);
      await move(decrement(2), strategy);
      const refusal = FIVE_OF_THREE;
      expect(await told(store(strategy), request)).toBe(refusal);
      await move(increment(2), strategy);
      await clock.sleep(590_000);
      resume();
      expect(await frozen).toBe(refusal);
      expect(await store(strategy).get(id, { consistent: true })).toBe(5);
    },
  );

  const races = ways(engine).flatMap((way) =>
    engine.transactions
      ? [
          { ...way, rival: "inline" as const },
          { ...way, rival: "separate-item" as const },
        ]
      : [{ ...way, rival: "inline" as const }],
  );

  test.each(races)(
    "is not told where the same idempotency key counts at that moment: $strategy, fenced: $isFenced, by $rival",
    async ({ strategy, isFenced, rival }) => {
      const { db, store, move } = await setUp(engine);
      await move(increment(3), isFenced ? "separate-item" : "inline");
      const request = { id, idempotencyKey: "t", commands: [decrement(5)], callerId: "a" };
      const client = db.client();
      let counted: string | undefined;
      client.middlewareStack.add(
        (next) => async (args) => {
          if (counted === undefined && JSON.stringify(args.input).includes("/reject/")) {
            await move(increment(2));
            counted = await told(store(rival), request);
          }
          return next(args);
        },
        { step: "initialize" },
      );
      expect(await told(store(strategy, client), request)).toBe("0, replayed");
      expect(counted).toBe("0");
      expect(await told(store("auto"), request)).toBe("0, replayed");
    },
  );

  test.each(ways(engine))(
    "holds while 32 processes ask for too much at once through a network that fails: $strategy, fenced: $isFenced",
    async ({ strategy, isFenced }) => {
      const latencyMs = { min: 1, max: 10 };
      for (let seed = 0; seed < randomRuns(1); seed++) {
        const { db, store } = await setUp(engine, { seed, faults: EVERY_FAULT, latencyMs });
        const ask = async (request: ApplyRequest, by: Strategy = strategy) => {
          const asked = store(by, db.client({ maxAttempts: 1 }));
          for (;;) {
            const answer = await told(asked, request);
            if (!/\[(outcome-unknown|throttled|unavailable)\]$/u.test(answer)) return answer;
          }
        };
        await ask(
          { id, idempotencyKey: "stock", commands: [increment(9)] },
          isFenced ? "separate-item" : "inline",
        );
        const abandoned: Promise<unknown>[] = [];
        const changes = await Promise.all(
          Array.from({ length: 32 }, async (_, n) => {
            const change = n % 3 === 0 ? 5 : -4;
            const commands = [change > 0 ? increment(change) : decrement(-change)];
            const request = { id, idempotencyKey: `t${n}`, commands, callerId: "a" };
            abandoned.push(ask(request)); // of a process that dies meanwhile
            const answer = await ask(request);
            return answer.endsWith("[limit-exceeded]") ? 0 : change;
          }),
        );
        db.network.disableFaults();
        await Promise.all(abandoned);
        await db.network.drain();
        const { summary } = db.network;
        const value = await store(strategy).get(id, { consistent: true });
        expect({ value, summary }).toEqual({
          value: changes.reduce((sum, change) => sum + change, 9),
          summary,
        });
        expect(changes.filter((change) => change === 0).length).toBeGreaterThan(3);
      }
    },
  );

  test("gives way to a request of another caller that was applied since, though the store only reads the key item", async () => {
    const { store } = await setUp(engine);
    const inline = store("inline");
    const request = { id, idempotencyKey: "t1" };
    const refused = { ...request, commands: [decrement(1)], callerId: "b" };
    const applied = { ...request, commands: [increment(1)] };
    const other = engine.transactions ? store("separate-item") : inline;
    expect(await told(other, refused)).toMatch(/\[limit-exceeded\]$/u);
    for (let n = 0; n < 3; n++) await told(inline, applied);
    expect(await told(inline, refused)).toMatch(/\[idempotency-key-reused\]$/u);
  });

  test("has the answer that the memory store gives, beside other requests, wherever keys are recorded", async () => {
    const keys = ["t1", "t2", "t3", ...COMPACTING];
    const command = fc.oneof(
      fc.integer({ min: 1, max: 6 }).map(increment),
      fc.integer({ min: 1, max: 6 }).map(decrement),
      fc.constant(get()),
    );
    const request = fc.record({
      strategy: fc.constantFrom<Strategy>(...strategiesOf(engine)),
      idempotencyKey: fc.constantFrom(...keys),
      commands: fc.array(command, { minLength: 1, maxLength: 2 }),
      callerId: fc.constantFrom(undefined, "a", "b"),
      limits: fc.constantFrom(undefined, undefined, { max: 5 }, { min: 2, onLimit: "clamp" as const }),
      seconds: fc.constantFrom(0, 0, 1, 7),
    });
    // Live keys over a minute: from 97 on, the next compaction moves them out.
    const prefill = engine.transactions ? fc.constantFrom(0, 100) : fc.constant(0);
    await fc.assert(
      fc.asyncProperty(
        prefill,
        fc.array(request, { minLength: 5, maxLength: 30 }),
        async (prefilled, requests) => {
          const { clock, store } = await setUp(engine);
          const memory = new MemoryCounterStore({ limits });
          const stores = {
            inline: store("inline"),
            auto: store("auto"),
            "separate-item": store("separate-item"),
          };
          for (let n = 0; n < prefilled; n++) {
            await clock.sleep(600);
            await stores.inline.apply({ id, commands: [increment(0)], idempotencyKey: `before-${n}` });
          }
          for (const { strategy, seconds, ...asked } of requests) {
            await clock.sleep(seconds * 1_000);
            const next = { id, ...asked };
            expect(await told(stores[strategy], next)).toBe(await told(memory, next));
          }
          expect(await stores.inline.get(id, { consistent: true })).toBe(await memory.get(id));
        },
      ),
      { numRuns: randomRuns(20) },
    );
  });
});

describe.each(withTransactions)("what a refusal costs, on $engine", (engine) => {
  test.each([
    { isFenced: false, callerId: undefined, requests: { UpdateItem: 1 } },
    { isFenced: false, callerId: "a", requests: { UpdateItem: 2 } },
    { isFenced: true, callerId: undefined, requests: { UpdateItem: 1 } },
    { isFenced: true, callerId: "a", requests: { UpdateItem: 2 } },
  ])("fenced: $isFenced, callerId: $callerId", async ({ isFenced, callerId, requests }) => {
    const { db, store, move } = await setUp(engine);
    await move(increment(3), isFenced ? "separate-item" : "inline");
    const client = db.client();
    const sent = countRequests(client);
    await told(store("auto", client), { id, idempotencyKey: "t", commands: [decrement(5)], callerId });
    expect(sent).toEqual(requests);
  });
});

describe.each(withTransactions)("refusals that are remembered, on $engine", (engine) => {
  test("are moved out of an item that holds many, and stay what they are", async () => {
    const { clock, store, move, keysInItem } = await setUp(engine);
    const request = (n: number) => ({ id, idempotencyKey: `t${n}`, commands: [decrement(5)], callerId: "a" });
    const requests = Array.from({ length: 200 }, (_, n) => request(n));
    await move(increment(3));
    for (const request of requests) {
      await clock.sleep(250);
      await told(store("auto"), request);
    }
    expect(await keysInItem()).toBeLessThan(130);
    await move(increment(6), "auto");
    const answers = new Set(await Promise.all(requests.map((request) => told(store("auto"), request))));
    expect(Array.from(answers)).toEqual([FIVE_OF_THREE]);
  });

  test("are not moved over a key item that counted in the meantime", async () => {
    const { clock, store, move } = await setUp(engine);
    await move(increment(3));
    for (let n = 0; n < 100; n++) {
      await clock.sleep(600);
      await move(get());
    }
    const request = { id, idempotencyKey: "t", commands: [decrement(5)] };
    await told(store("auto"), { ...request, callerId: "a" });
    await move(increment(2));
    expect(await told(store("separate-item"), request)).toBe("0");
    for (const idempotencyKey of COMPACTING)
      await store("auto").apply({ id, idempotencyKey, commands: [increment()] });
    expect(await told(store("auto"), request)).toBe("0, replayed");
  });

  test("are final for their retention period, though the write fence would end before", async () => {
    const { clock, store, move } = await setUp(engine);
    await move(increment(3), "separate-item");
    const request = { id, idempotencyKey: "t", commands: [decrement(5)], callerId: "a" };
    const refusal = FIVE_OF_THREE;
    await clock.sleep(900_000); // past the key item's window, and within the grace of its write fence
    expect(await told(store("auto"), request)).toBe(refusal);
    await clock.sleep(590_000);
    await move(increment(6));
    expect(await told(store("auto"), request)).toBe(refusal);
  });

  test("are plain updates of a fenced counter too, which keep no other writer waiting", async () => {
    const { db, clock, store, move } = await setUp(engine);
    await move(increment(3), "separate-item");
    const client = db.client();
    const sizes: number[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        const { TransactItems } = args.input as Partial<TransactWriteItemsCommand["input"]>;
        if (TransactItems !== undefined) sizes.push(TransactItems.length);
        return next(args);
      },
      { step: "initialize" },
    );
    const refusing = store("auto", client);
    for (const idempotencyKey of ["t1", "t2", "t3", "t4"]) {
      await clock.sleep(30_000);
      await told(refusing, { id, idempotencyKey, commands: [decrement(5)], callerId: "a" });
    }
    expect(sizes).toEqual([]);
  });
});
