import { decrement, increment, isCounterError } from "@durable-counter/core";
import {
  localClient,
  startFaultyNetwork,
  startLossyProxy,
  type RunningDynamoDB,
} from "@durable-counter/testing/dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frozenClient, hasTransactions, keepLostWrites, partsOf, startEngines } from "./engines.fixture.ts";
import { putFullItem } from "./full-item.fixture.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";

type Strategy = NonNullable<NonNullable<DynamoDBCounterStoreOptions["idempotency"]>["strategy"]>;

const engines = await startEngines();
const tableName = "counters";
await Promise.all(engines.map(({ client }) => ensureCounterTable(client, tableName)));
/** The present: DynamoDB Local deletes by its own clock what has expired. */
const START = Math.floor(Date.now() / 1_000) * 1_000;
const WINDOW_SECONDS = 600;
let counters = 0;

/** A counter of its own for each test, and stores of every strategy that share a clock. */
function bench({ client }: Pick<RunningDynamoDB, "client">) {
  const id = `counter-${++counters}`;
  const clock = { now: START };
  const store = (strategy: Strategy, options: Partial<DynamoDBCounterStoreOptions> = {}) =>
    createDynamoDBCounterStore({
      client,
      tableName,
      now: () => clock.now,
      idempotency: { strategy, retentionSeconds: WINDOW_SECONDS },
      ...options,
    });
  const parts = () => partsOf(client, tableName, id);
  const keysInItem = async () =>
    Object.keys((await parts()).get("value") ?? {}).filter((name) => name.startsWith("k#")).length;
  const one = (idempotencyKey: string) => ({ id, idempotencyKey, commands: [increment()] });
  return { id, clock, store, parts, keysInItem, one };
}

const local = engines.filter(hasTransactions);

describe.each(local)("a marker for each idempotency key, on $engine", (engine) => {
  test("costs one transaction for a counter that the store knows, and one refusal for one it does not", async () => {
    const { store, one } = bench(engine);
    await using proxy = await startLossyProxy(engine.endpoint);
    const client = localClient(proxy.endpoint);
    const known = store("separate-item", { client });
    for (let n = 0; n < 5; n++) await known.apply(one(`t${n}`));
    expect(proxy.requests).toEqual({ TransactWriteItems: 5 });
    await store("separate-item", { client }).apply(one("t5"));
    expect(proxy.requests).toEqual({ TransactWriteItems: 7 });
    client.destroy();
  });

  test("leaves nothing of keys in the counter's item, and an expiry on each marker", async () => {
    const { store, one, parts, keysInItem } = bench(engine);
    for (let n = 0; n < 3; n++) await store("separate-item").apply(one(`t${n}`));
    expect(await keysInItem()).toBe(0);
    const markers = Array.from(await parts()).filter(([part]) => part.startsWith("k#"));
    expect(markers.map(([, { expiresAt }]) => Number(expiresAt?.N))).toEqual(
      Array.from({ length: 3 }, () => START / 1_000 + WINDOW_SECONDS + 420),
    );
  });

  test("answers a retry that its limits would refuse by now", async () => {
    const { store, id } = bench(engine);
    const limited = store("separate-item", { limits: { min: 0 }, initial: 5 });
    const request = { id, idempotencyKey: "t", commands: [decrement(4)] };
    await limited.apply(request);
    expect(await limited.apply(request)).toMatchObject({ value: 1, replayed: true });
    expect(await store("separate-item", { limits: { min: 0 } }).apply(request)).toMatchObject({
      replayed: true,
    });
  });
});

describe.each(local)("tokens wherever is cheaper, on $engine", (engine) => {
  const many = async (run: (n: number) => Promise<unknown>, count: number) => {
    for (let n = 0; n < count; n += 16)
      await Promise.all(Array.from({ length: Math.min(16, count - n) }, (_, k) => run(n + k)));
  };

  test("are moved out of an item that holds many, and each still counts once", async () => {
    const { store, one, parts, keysInItem, id, clock } = bench(engine);
    await many((n) => {
      clock.now += 250;
      return store("auto").apply(one(`t${n}`));
    }, 200);
    expect(await keysInItem()).toBeLessThan(60);
    expect((await parts()).size).toBeGreaterThan(140);
    await many(async (n) => {
      expect(await store("auto").apply(one(`t${n}`))).toMatchObject({ replayed: true });
    }, 200);
    expect(await store("auto").get(id, { consistent: true })).toBe(200);
  });

  test("stay in the item during a burst, where each write is one request", async () => {
    const { store, one, keysInItem } = bench(engine);
    await many((n) => store("auto").apply(one(`t${n}`)), 200);
    expect(await keysInItem()).toBe(200);
  });

  test("go back into the item once the last marker has expired", async () => {
    const { store, one, clock, id } = bench(engine);
    const counting = store("auto");
    await store("separate-item").apply(one("t0"));
    await using proxy = await startLossyProxy(engine.endpoint);
    const client = localClient(proxy.endpoint);
    const watched = store("auto", { client });
    await watched.apply(one("t1"));
    expect(proxy.requests).toEqual({ UpdateItem: 1, TransactWriteItems: 1 });
    clock.now += (WINDOW_SECONDS + 421) * 1_000;
    await watched.apply(one("t2"));
    await counting.apply(one("t3"));
    expect(proxy.requests).toEqual({ UpdateItem: 2, TransactWriteItems: 1 });
    expect(await counting.get(id, { consistent: true })).toBe(4);
    client.destroy();
  });

  test("are moved over markers of the same keys that have expired, and then count no more", async () => {
    const { store, one, parts, keysInItem, id, clock } = bench(engine);
    const keys = Array.from({ length: 200 }, (_, n) => `t${n}`);
    for (const idempotencyKey of keys) await store("separate-item").apply(one(idempotencyKey));
    const expired = (await parts()).size;
    clock.now += (WINDOW_SECONDS + 421) * 1_000;
    let again = 0; // until the item is sealed, from when on markers are looked at, and remember however old they are
    for (const idempotencyKey of keys) {
      clock.now += 1_000;
      if (!(await store("auto").apply(one(idempotencyKey))).replayed) again++;
    }
    expect(await keysInItem()).toBeLessThan(60);
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
          const { store, one, clock, id } = bench(engine);
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
              clock.now += next.seconds * 1_000;
              await send(next);
            }
          const keys = new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size;
          expect(await stores.auto.get(id, { consistent: true })).toBe(keys);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe.each(engines)("stores whose clocks are a minute apart, on $engine", (engine) => {
  const strategies = hasTransactions(engine)
    ? (["auto", "inline", "separate-item"] as const)
    : (["inline"] as const);
  const pairs = strategies.flatMap((one) => strategies.map((other) => [one, other] as const));

  test.each(pairs)(
    "know each other's keys for the whole window, whoever tidies up (%s, %s)",
    async (...pair) => {
      const { store, one, clock, id } = bench(engine);
      const behind = store(pair[0]);
      const ahead = store(pair[1], { now: () => clock.now + 60_000 });
      await behind.apply(one("of-behind"));
      await ahead.apply(one("of-ahead"));
      clock.now += WINDOW_SECONDS * 1_000 - 1;
      for (let n = 0; n < 100; n++) await ahead.apply(one(`later-${n}`)); // some of which tidy up
      for (const known of ["of-behind", "of-ahead"])
        for (const asked of [behind, ahead])
          expect(await asked.apply(one(known))).toMatchObject({ replayed: true });
      expect(await behind.get(id, { consistent: true })).toBe(102);
    },
  );
});

describe.each(engines)("an idempotency key's window, on $engine", (engine) => {
  const expired = async (promise: Promise<unknown>) => {
    const error: unknown = await promise.catch((thrown: unknown) => thrown);
    expect(isCounterError(error, "idempotency-key-expired") && !error.retryable).toBe(true);
    return String(error);
  };

  test("has passed for an idempotency key that was issued too long ago: nothing is counted", async () => {
    const { store, one, clock, id } = bench(engine);
    const late = { ...one("t"), issuedAt: clock.now - WINDOW_SECONDS * 1_000 };
    expect(await expired(store("auto").apply(late))).toContain(
      `was not changed: idempotencyKey "t" was issued at ${new Date(late.issuedAt).toISOString()}, and keys are remembered for 600 s`,
    );
    expect(await store("auto").get(id, { consistent: true })).toBe(0);
    expect(await store("auto").apply({ ...late, issuedAt: late.issuedAt + 1 })).toMatchObject({ value: 1 });
  });

  test.each(hasTransactions(engine) ? (["inline", "separate-item"] as const) : (["inline"] as const))(
    "does not matter as long as the idempotency key is remembered (%s)",
    async (strategy) => {
      const { store, one, clock } = bench(engine);
      const request = { ...one("t"), issuedAt: clock.now };
      await store(strategy).apply(request);
      clock.now += (WINDOW_SECONDS + 30) * 1_000;
      expect(await store(strategy).apply(request)).toMatchObject({ value: 1, replayed: true });
    },
  );
});

describe.each(engines)("an idempotency key that comes from elsewhere, on $engine", (engine) => {
  test("is refused when it was issued in the future, as microseconds are", async () => {
    const { store, one, clock, id } = bench(engine);
    const asked = store("auto").apply({ ...one("t"), issuedAt: clock.now * 1_000 });
    await expect(asked).rejects.toThrow(/request.issuedAt is \d+, which is yet to come.*\[invalid-input\]/u);
    expect(await store("auto").get(id, { consistent: true })).toBe(0);
  });

  test("counts nothing if it arrives up to five minutes after its window has passed", async () => {
    const { store, one, clock, id } = bench(engine);
    const client = localClient(engine.endpoint, { maxAttempts: 1 });
    const network = keepLostWrites(client);
    await expect(store("inline", { client }).apply(one("t"))).rejects.toThrow(/\[outcome-unknown\]/u);
    await store("inline").apply(one("t"));
    clock.now += (WINDOW_SECONDS + 300) * 1_000;
    for (let n = 0; n < 100; n++) await store("inline").apply(one(`later-${n}`)); // some of which tidy up
    for (const late of network.lost)
      await expect(engine.client.send(late as never)).rejects.toThrow(/condition/iu);
    expect(await store("inline").get(id, { consistent: true })).toBe(101);
    client.destroy();
  });
});

describe.each(engines)("a process that was frozen before it sent anything, on $engine", (engine) => {
  const strategies = hasTransactions(engine) ? (["inline", "separate-item"] as const) : (["inline"] as const);

  test.each(strategies)(
    "counts nothing once its idempotency key may have been forgotten (%s)",
    async (strategy) => {
      const { store, one, clock, id } = bench(engine);
      const { client, thaw } = frozenClient(engine.endpoint);
      const frozen = store(strategy, { client }).apply(one("t"));
      await store(strategy).apply(one("t"));
      clock.now += WINDOW_SECONDS * 1_000;
      thaw();
      await expect(frozen).rejects.toThrow(/nothing was written.*LateAttempt.*\[unavailable\]/u);
      expect(await store(strategy).get(id, { consistent: true })).toBe(1);
      client.destroy();
    },
  );
});

describe.each(engines)("an attempt that was never answered, on $engine", (engine) => {
  test("makes the call unknown, whatever failed after it, and tells how to find out", async () => {
    const { store, one, clock } = bench(engine);
    await using network = await startFaultyNetwork(engine.endpoint, { seed: 1, faults: {} });
    const client = localClient(network.endpoint, { maxAttempts: 2 });
    network.injectNext("reset-before");
    for (let n = 0; n < 20; n++) network.injectNext("throttle", "UpdateItem");
    const error: unknown = await store("inline", { client })
      .apply(one("t"))
      .catch((thrown: unknown) => thrown);
    expect(isCounterError(error, "outcome-unknown") && error.details).toEqual({
      idempotencyKey: "t",
      issuedAt: clock.now,
      retryUntil: clock.now + WINDOW_SECONDS * 1_000,
    });
    expect(String(error)).toContain('Ask again with the idempotency key "t" to find out');
    client.destroy();
  });

  test("stays unsettled on its counter, whatever becomes of the same idempotency key on another", async () => {
    const { store, id } = bench(engine);
    const truth = store("inline");
    await truth.apply({ id, commands: [increment(5)], idempotencyKey: "stock" });
    const client = localClient(engine.endpoint, { maxAttempts: 1 });
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
      await expect(engine.client.send(late as never)).rejects.toThrow(/condition/iu);
    expect(await truth.get(id, { consistent: true })).toBe(5);
    client.destroy();
  });
});

describe.each(local)("an item that is full, met by a transaction on $engine", (engine) => {
  test("makes room by forgetting those that have expired, or asks for less: it is not set up wrongly", async () => {
    const { store, one, id, clock } = bench(engine);
    await putFullItem(engine.client, tableName, id, clock.now / 1_000 - 86_400);
    for (let n = 0; n < 3; n++) await store("separate-item").apply(one(`t${n}`));
    expect(await store("separate-item").get(id)).toBe(10);
    await putFullItem(engine.client, tableName, id, clock.now / 1_000 + 86_400);
    for (let n = 0; n < 20; n++)
      await expect(store("inline").apply(one(`u${n}`))).rejects.toThrow(/full of keys.*\[throttled\]/u);
    await store("auto").delete(id);
  });
});

describe.each(local)("a deletion beside writers, on $engine", (engine) => {
  /** Runs something when the values are gone, and the markers are about to be looked for. */
  const interruptedClient = (interrupt: () => Promise<unknown>) => {
    const client = localClient(engine.endpoint);
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
      const { store, one, id } = bench(engine);
      const counting = store("separate-item", shards === undefined ? {} : { shards });
      const requests = Array.from({ length: 10 }, (_, n) => one(`t${n}`));
      for (const request of requests) await counting.apply(request);
      const client = interruptedClient(() => counting.apply(one("new")));
      await store("auto", { client }).delete(id);
      expect(await counting.get(id, { consistent: true })).toBe(1);
      expect(await counting.apply(one("new"))).toMatchObject({ value: 1, replayed: true });
      await store("auto").delete(id);
      expect(await counting.get(id, { consistent: true })).toBe(0);
      expect(Array.from((await partsOf(engine.client, tableName, id)).keys())).toEqual(
        shards === undefined ? [] : ["value"],
      );
      client.destroy();
    },
  );
});

describe.each(engines)("a request that arrives after its refusal, on $engine", (engine) => {
  const strategies = hasTransactions(engine) ? (["inline", "separate-item"] as const) : (["inline"] as const);
  const limits = { min: 0 };

  test.each(strategies)("changes nothing, whatever the value is by then (%s)", async (strategy) => {
    // The first attempt is lost when the value would allow it, so that a write is sent at all.
    const { store, id } = bench(engine);
    const truth = store(strategy);
    await truth.apply({ id, commands: [increment(5)], idempotencyKey: "stock" });
    const client = localClient(engine.endpoint, { maxAttempts: 1 });
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
      await expect(engine.client.send(late as never)).rejects.toThrow(/condition/iu);
    expect(await truth.get(id, { consistent: true })).toBe(5);
    // The refusal was for that value: asked again with the same idempotency key, it counts, once.
    expect([await code(), await code()]).toEqual(["counted", "counted"]);
    expect(await truth.get(id, { consistent: true })).toBe(0);
    client.destroy();
  });
});
