import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { decrement, increment, isCounterError } from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { countRequests, freeze, keepLostWrites } from "./client-middleware.fixture.ts";
import { startsCompaction } from "./compaction.ts";
import { putFullItem } from "./full-item.fixture.ts";
import { keyAttribute } from "./idempotency-key.ts";
import type { DynamoDBCounterStoreOptions } from "./index.ts";
import {
  createSimulation,
  NO_LATENCY,
  simulatedEngines,
  tableName,
  withTransactions,
  type SimulatedEngine,
  type Strategy,
} from "./simulated.fixture.ts";
import { partsOf } from "./table-items.fixture.ts";

const WINDOW_SECONDS = 600;
const id = "counter";
/** Keys that start no compaction. */
const QUIET = Array.from({ length: 20 }, (_, n) => `quiet-${n}`).filter(
  (key) => !startsCompaction(keyAttribute(key)),
);

/** Stores of every strategy that share a table and a clock. */
async function setUp({ transactions }: SimulatedEngine) {
  const db = await createSimulation({ transactions, latencyMs: NO_LATENCY });
  const store = (strategy: Strategy, options: Partial<DynamoDBCounterStoreOptions> = {}) =>
    db.createStore({ idempotency: { strategy, retentionSeconds: WINDOW_SECONDS }, ...options });
  const parts = () => partsOf(db.client(), tableName, id);
  const keysInItem = async () =>
    Object.keys((await parts()).get("value") ?? {}).filter((name) => name.startsWith("k#")).length;
  const one = (idempotencyKey: string) => ({ id, idempotencyKey, commands: [increment()] });
  return { db, clock: db.clock, store, parts, keysInItem, one };
}

describe.each(withTransactions)("a key item for each idempotency key, on $engine", (engine) => {
  test("costs one transaction for a counter that the store knows, and one refusal for one it does not", async () => {
    const { db, store, one } = await setUp(engine);
    const client = db.client();
    const requests = countRequests(client);
    const known = store("separate-item", { client });
    for (let n = 0; n < 5; n++) await known.apply(one(`t${n}`));
    expect(requests).toEqual({ TransactWriteItems: 5 });
    await store("separate-item", { client }).apply(one("t5"));
    expect(requests).toEqual({ TransactWriteItems: 7 });
  });

  test("leaves nothing of keys in the counter's item, and an expiry on each key item", async () => {
    const { clock, store, one, parts, keysInItem } = await setUp(engine);
    for (let n = 0; n < 3; n++) await store("separate-item").apply(one(`t${n}`));
    expect(await keysInItem()).toBe(0);
    const keyItems = Array.from(await parts()).filter(([part]) => part.startsWith("k#"));
    expect(keyItems.map(([, { expiresAt }]) => Number(expiresAt?.N))).toEqual(
      Array.from({ length: 3 }, () => clock.now() / 1_000 + WINDOW_SECONDS + 420),
    );
  });

  test("answers a retry that its limits would refuse by now", async () => {
    const { store } = await setUp(engine);
    const limited = store("separate-item", { limits: { min: 0 }, initial: 5 });
    const request = { id, idempotencyKey: "t", commands: [decrement(4)] };
    await limited.apply(request);
    expect(await limited.apply(request)).toMatchObject({ value: 1, replayed: true });
    expect(await store("separate-item", { limits: { min: 0 } }).apply(request)).toMatchObject({
      replayed: true,
    });
  });
});

describe.each(withTransactions)("tokens wherever is cheaper, on $engine", (engine) => {
  /** Sixteen at a time, each group some time after the one before. */
  const many = async (
    run: (n: number) => Promise<unknown>,
    count: number,
    betweenGroups: () => Promise<void> = async () => {},
  ) => {
    for (let n = 0; n < count; n += 16) {
      await betweenGroups();
      await Promise.all(Array.from({ length: Math.min(16, count - n) }, (_, k) => run(n + k)));
    }
  };

  test("are moved out of an item that holds many, and each still counts once", async () => {
    const { store, one, parts, keysInItem, clock } = await setUp(engine);
    await many(
      (n) => store("auto").apply(one(`t${n}`)),
      200,
      () => clock.sleep(4_000),
    );
    expect(await keysInItem()).toBeLessThan(130);
    expect((await parts()).size).toBeGreaterThanOrEqual(100);
    await many(async (n) => {
      expect(await store("auto").apply(one(`t${n}`))).toMatchObject({ replayed: true });
    }, 200);
    expect(await store("auto").get(id, { consistent: true })).toBe(200);
  });

  test("are moved in a burst too, and each write is one request", async () => {
    const { db, store, one, keysInItem } = await setUp(engine);
    await many((n) => store("auto").apply(one(`t${n}`)), 200);
    expect(await keysInItem()).toBeLessThan(130);
    const client = db.client();
    const requests = countRequests(client);
    const watched = store("auto", { client });
    for (const idempotencyKey of QUIET) await watched.apply(one(idempotencyKey));
    expect(requests).toEqual({ UpdateItem: QUIET.length });
    for (const idempotencyKey of ["t0", "t199"])
      expect(await watched.apply(one(idempotencyKey))).toMatchObject({ replayed: true });
  });

  test("stay in the item during a burst if it has no list of moved keys", async () => {
    const { store, one, keysInItem } = await setUp(engine);
    const separate = store("separate-item");
    await separate.apply(one("a"));
    await separate.apply(one("b"));
    await many((n) => store("auto").apply(one(`t${n}`)), 200);
    expect(await keysInItem()).toBe(200);
  });

  test("go back into the item once the last key item has expired", async () => {
    const { db, store, one, clock } = await setUp(engine);
    const counting = store("auto");
    await store("separate-item").apply(one("t0"));
    const client = db.client();
    const requests = countRequests(client);
    const watched = store("auto", { client });
    await watched.apply(one("t1"));
    expect(requests).toEqual({ UpdateItem: 1 });
    await clock.sleep((WINDOW_SECONDS + 421) * 1_000);
    await watched.apply(one("t2"));
    await counting.apply(one("t3"));
    expect(requests).toEqual({ UpdateItem: 2 });
    expect(await counting.get(id, { consistent: true })).toBe(4);
  });

  test("are moved over key items of the same keys that have expired, and then count no more", async () => {
    const { store, one, parts, keysInItem, clock } = await setUp(engine);
    const keys = Array.from({ length: 200 }, (_, n) => `t${n}`);
    for (const idempotencyKey of keys) await store("separate-item").apply(one(idempotencyKey));
    const expired = (await parts()).size;
    await clock.sleep((WINDOW_SECONDS + 421) * 1_000);
    let again = 0; // unless a key item is read, which remembers however old it is
    for (const idempotencyKey of keys) {
      await clock.sleep(1_000);
      if (!(await store("auto").apply(one(idempotencyKey))).replayed) again++;
    }
    expect(await keysInItem()).toBeLessThan(130);
    expect(again).toBeGreaterThan(100);
    expect((await parts()).size).toBe(expired);
    for (const idempotencyKey of keys)
      expect(await store("auto").apply(one(idempotencyKey))).toMatchObject({ replayed: true });
    expect(await store("auto").get(id, { consistent: true })).toBe(200 + again);
  });

  test("may change on a living table, by any store at any time: nothing counts twice", async () => {
    const strategy = fc.constantFrom<Strategy>("auto", "inline", "separate-item");
    const request = fc.record({
      strategy,
      idempotencyKey: fc.nat({ max: 9 }),
      seconds: fc.constantFrom(0, 0, 1, 20),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 5, maxLength: 25 }),
        fc.boolean(),
        async (requests, atOnce) => {
          const { store, one, clock } = await setUp(engine);
          const stores = {
            auto: store("auto"),
            inline: store("inline"),
            "separate-item": store("separate-item"),
          };
          const send = ({ strategy, idempotencyKey }: (typeof requests)[number]) =>
            stores[strategy].apply(one(`t${idempotencyKey}`));
          if (atOnce) await Promise.all(requests.map(send));
          else
            for (const next of requests) {
              await clock.sleep(next.seconds * 1_000);
              await send(next);
            }
          const keys = new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size;
          expect(await stores.auto.get(id, { consistent: true })).toBe(keys);
        },
      ),
      { numRuns: randomRuns(30) },
    );
  });
});

describe.each(simulatedEngines)("stores whose clocks are a minute apart, on $engine", (engine) => {
  const strategies = engine.transactions
    ? (["auto", "inline", "separate-item"] as const)
    : (["inline"] as const);
  const pairs = strategies.flatMap((one) => strategies.map((other) => [one, other] as const));

  test.each(pairs)(
    "know each other's keys for the whole window, whichever store compacts (%s, %s)",
    async (...pair) => {
      const { store, one, clock } = await setUp(engine);
      const behind = store(pair[0]);
      const ahead = store(pair[1], { now: () => clock.now() + 60_000 });
      await behind.apply(one("of-behind"));
      await ahead.apply(one("of-ahead"));
      await clock.sleep(WINDOW_SECONDS * 1_000 - 1);
      for (let n = 0; n < 100; n++) await ahead.apply(one(`later-${n}`)); // some of which compact
      for (const known of ["of-behind", "of-ahead"])
        for (const asked of [behind, ahead])
          expect(await asked.apply(one(known))).toMatchObject({ replayed: true });
      expect(await behind.get(id, { consistent: true })).toBe(102);
    },
  );
});

describe.each(simulatedEngines)("an idempotency key's window, on $engine", (engine) => {
  const expired = async (promise: Promise<unknown>) => {
    const error: unknown = await promise.catch((thrown: unknown) => thrown);
    expect(isCounterError(error, "idempotency-key-expired") && !error.retryable).toBe(true);
    return String(error);
  };

  test("has passed for an idempotency key that was issued too long ago: nothing is counted", async () => {
    const { store, one, clock } = await setUp(engine);
    const late = { ...one("t"), issuedAt: clock.now() - WINDOW_SECONDS * 1_000 };
    expect(await expired(store("auto").apply(late))).toContain(
      `was not changed: idempotencyKey "t" was issued at ${new Date(late.issuedAt).toISOString()}, and keys are remembered for 600 s`,
    );
    expect(await store("auto").get(id, { consistent: true })).toBe(0);
    expect(await store("auto").apply({ ...late, issuedAt: late.issuedAt + 1 })).toMatchObject({ value: 1 });
  });

  test.each(engine.transactions ? (["inline", "separate-item"] as const) : (["inline"] as const))(
    "does not matter as long as the idempotency key is remembered (%s)",
    async (strategy) => {
      const { store, one, clock } = await setUp(engine);
      const request = { ...one("t"), issuedAt: clock.now() };
      await store(strategy).apply(request);
      await clock.sleep((WINDOW_SECONDS + 30) * 1_000);
      expect(await store(strategy).apply(request)).toMatchObject({ value: 1, replayed: true });
    },
  );
});

describe.each(simulatedEngines)("an idempotency key that comes from elsewhere, on $engine", (engine) => {
  test("is refused when it was issued in the future, as microseconds are", async () => {
    const { store, one, clock } = await setUp(engine);
    const asked = store("auto").apply({ ...one("t"), issuedAt: clock.now() * 1_000 });
    await expect(asked).rejects.toThrow(/request.issuedAt is \d+, which is yet to come.*\[invalid-input\]/u);
    expect(await store("auto").get(id, { consistent: true })).toBe(0);
  });

  test("counts nothing if it arrives up to five minutes after its retention period", async () => {
    const { db, store, one, clock } = await setUp(engine);
    const client = db.client({ maxAttempts: 1 });
    const network = keepLostWrites(client);
    await expect(store("inline", { client }).apply(one("t"))).rejects.toThrow(/\[outcome-unknown\]/u);
    await store("inline").apply(one("t"));
    await clock.sleep((WINDOW_SECONDS + 300) * 1_000);
    for (let n = 0; n < 100; n++) await store("inline").apply(one(`later-${n}`)); // some of which compact
    for (const late of network.lost)
      await expect(db.client().send(late as never)).rejects.toThrow(/condition/iu);
    expect(await store("inline").get(id, { consistent: true })).toBe(101);
  });
});

describe.each(simulatedEngines)("a process that was frozen before it sent anything, on $engine", (engine) => {
  const strategies = engine.transactions ? (["inline", "separate-item"] as const) : (["inline"] as const);

  test.each(strategies)(
    "counts nothing once its idempotency key may have been forgotten (%s)",
    async (strategy) => {
      const { db, store, one, clock } = await setUp(engine);
      const client = db.client();
      const { resume } = freeze(client);
      const frozen = store(strategy, { client }).apply(one("t"));
      await store(strategy).apply(one("t"));
      await clock.sleep(WINDOW_SECONDS * 1_000);
      resume();
      await expect(frozen).rejects.toThrow(/nothing was written.*LateAttempt.*\[unavailable\]/u);
      expect(await store(strategy).get(id, { consistent: true })).toBe(1);
    },
  );
});

describe.each(simulatedEngines)("an attempt that was never answered, on $engine", (engine) => {
  test("makes the outcome of the call unknown, also when a later attempt fails, and tells how to find out", async () => {
    const { db, store, one, clock } = await setUp(engine);
    const { network } = db;
    const start = clock.now();
    const client = db.client({ maxAttempts: 2 });
    network.injectNext("reset-before");
    for (let n = 0; n < 20; n++) network.injectNext("throttle", "UpdateItem");
    const error: unknown = await store("inline", { client })
      .apply(one("t"))
      .catch((thrown: unknown) => thrown);
    expect(isCounterError(error, "outcome-unknown") && error.details).toEqual({
      idempotencyKey: "t",
      issuedAt: start,
      retryUntil: start + WINDOW_SECONDS * 1_000,
    });
    expect(String(error)).toContain('Ask again with the idempotency key "t" to find out');
  });

  test("stays in flight on its counter, also when the same idempotency key is answered on another", async () => {
    const { db, store } = await setUp(engine);
    const truth = store("inline");
    await truth.apply({ id, commands: [increment(5)], idempotencyKey: "stock" });
    const client = db.client({ maxAttempts: 1 });
    const network = keepLostWrites(client);
    const careful = store("inline", { client, limits: { min: 0 } });
    const request = { id, idempotencyKey: "order", commands: [decrement(5)] };
    await expect(careful.apply(request)).rejects.toThrow(/\[outcome-unknown\]/u);
    network.isLosing = false;
    await careful.apply({ id: `${id}-other`, idempotencyKey: "order", commands: [increment()] });
    await truth.apply({ id, commands: [decrement(1)], idempotencyKey: "sold" });
    await expect(careful.apply(request)).rejects.toThrow(/\[limit-exceeded\]/u);
    await truth.apply({ id, commands: [increment(1)], idempotencyKey: "refilled" });
    for (const late of network.lost)
      await expect(db.client().send(late as never)).rejects.toThrow(/condition/iu);
    expect(await truth.get(id, { consistent: true })).toBe(5);
  });
});

describe.each(withTransactions)("an item that is full, met by a transaction on $engine", (engine) => {
  test("removes expired records to make room, or asks for fewer: it is not misconfigured", async () => {
    const { db, store, one, clock } = await setUp(engine);
    await putFullItem(db.client(), tableName, id, clock.now() / 1_000 - 86_400);
    for (let n = 0; n < 3; n++) await store("separate-item").apply(one(`t${n}`));
    expect(await store("separate-item").get(id)).toBe(10);
    await putFullItem(db.client(), tableName, id, clock.now() / 1_000 + 86_400);
    for (let n = 0; n < 20; n++)
      await expect(store("inline").apply(one(`u${n}`))).rejects.toThrow(/full of keys.*\[throttled\]/u);
    await store("auto").delete(id);
  });
});

describe.each(withTransactions)("a deletion beside writers, on $engine", (engine) => {
  /** Runs something when the values are gone, and the key items are about to be read. */
  const interrupted = (client: DynamoDBClient, interrupt: () => Promise<unknown>) => {
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const asked = JSON.stringify(args.input);
          if (commandName === "QueryCommand" && asked.includes('"k#"')) await interrupt();
          return next(args);
        },
      { step: "initialize" },
    );
    return client;
  };

  test.each([undefined, 4])(
    "forgets no idempotency key of a counter that was written again meanwhile (shards: %s)",
    async (shards) => {
      const { db, store, one } = await setUp(engine);
      const counting = store("separate-item", shards === undefined ? {} : { shards });
      const requests = Array.from({ length: 10 }, (_, n) => one(`t${n}`));
      for (const request of requests) await counting.apply(request);
      const client = interrupted(db.client(), () => counting.apply(one("new")));
      await store("auto", { client }).delete(id);
      expect(await counting.get(id, { consistent: true })).toBe(1);
      expect(await counting.apply(one("new"))).toMatchObject({ value: 1, replayed: true });
      await store("auto").delete(id);
      expect(await counting.get(id, { consistent: true })).toBe(0);
      expect(Array.from((await partsOf(db.client(), tableName, id)).keys())).toEqual(
        shards === undefined ? [] : ["value"],
      );
    },
  );
});

describe.each(simulatedEngines)("a request that arrives after its refusal, on $engine", (engine) => {
  const strategies = engine.transactions ? (["inline", "separate-item"] as const) : (["inline"] as const);
  const limits = { min: 0 };

  test.each(strategies)("changes nothing, whatever the value is by then (%s)", async (strategy) => {
    // The first attempt is lost when the value would allow it, so that a write is sent at all.
    const { db, store } = await setUp(engine);
    const truth = store(strategy);
    await truth.apply({ id, commands: [increment(5)], idempotencyKey: "stock" });
    const client = db.client({ maxAttempts: 1 });
    const network = keepLostWrites(client);
    const careful = store(strategy, { client, limits });
    const request = { id, idempotencyKey: "t", commands: [decrement(5)] };
    const code = () =>
      careful.apply(request).then(
        () => "counted",
        (error: unknown) => isCounterError(error) && error.code,
      );
    if (strategy === "separate-item") {
      network.isLosing = false;
      await careful.apply({ id, commands: [increment(0)], idempotencyKey: "known" });
      network.isLosing = true;
    }
    expect(await code()).toBe("outcome-unknown");
    network.isLosing = false;
    await truth.apply({ id, commands: [decrement(1)], idempotencyKey: "sold" });
    expect(await code()).toBe("limit-exceeded");
    await truth.apply({ id, commands: [increment(1)], idempotencyKey: "refilled" });
    for (const late of network.lost)
      await expect(db.client().send(late as never)).rejects.toThrow(/condition/iu);
    expect(await truth.get(id, { consistent: true })).toBe(5);
    // The refusal was for that value: asked again with the same idempotency key, it counts, once.
    expect([await code(), await code()]).toEqual(["counted", "counted"]);
    expect(await truth.get(id, { consistent: true })).toBe(0);
  });
});
