import { beforeEach, describe, expect, test } from "vitest";
import { addOne, createCounterTable, valueOf } from "../network/adding.fixture.ts";
import { FAULT_EFFECTS, TIMEOUT } from "../network/fault-effects.fixture.ts";
import { FAULTS, EVERY_FAULT, type Fault } from "../network/fault.ts";
import type { Message } from "./message.ts";
import { createSimulatedDynamoDB, type SimulatedDynamoDBOptions } from "./simulated-dynamodb.ts";

async function createWithTable(options: SimulatedDynamoDBOptions = {}) {
  const db = createSimulatedDynamoDB(options);
  await createCounterTable(db.client());
  return db;
}

describe.each(FAULTS)("%s", (fault) => {
  const { told, counted, late = counted } = FAULT_EFFECTS[fault];

  test(`counts ${late} times, as on real sockets`, async () => {
    const delayMs = { min: 2_000, max: 2_000 };
    const db = await createWithTable({
      seed: 1,
      faults: { [fault]: 1 },
      operations: ["UpdateItem"],
      delayMs,
    });
    const client = db.client({ maxAttempts: 1, requestTimeout: told === TIMEOUT ? 200 : undefined });
    const outcome = await addOne(client, "a").then(
      () => "an answer",
      (error: unknown) => error,
    );
    if (typeof told === "object") expect(outcome).toMatchObject(told);
    else expect(outcome).toBe(told);
    if (fault !== "delay") await db.network.drain();
    expect(await valueOf(db.client(), "a")).toBe(counted);
    await db.network.drain();
    expect(await valueOf(db.client(), "a")).toBe(late);
    expect(db.network.faults[fault]).toBe(1);
    expect(db.network.requests).toMatchObject({ UpdateItem: 1 });
  });
});

describe("createSimulatedDynamoDB", () => {
  /** Four clients that add, with every fault there is; what happened, when, and what each was told. */
  const run = async (seed: number) => {
    const db = await createWithTable({ seed, faults: EVERY_FAULT, operations: ["UpdateItem"] });
    const told: unknown[] = [];
    const add = async (_: unknown, index: number) => {
      const client = db.client({ maxAttempts: 2, requestTimeout: 1_000 });
      for (let n = 0; n < 5; n++) {
        told.push([index, await addOne(client, "a").catch((error: Error) => error.name)]);
        await db.clock.sleep(Math.floor(db.random() * 20));
      }
    };
    await Promise.all(Array.from({ length: 4 }, add));
    await db.network.drain();
    return { told, trace: db.network.trace, value: await valueOf(db.client(), "a"), endedAt: db.clock.now() };
  };

  test("repeats a run by its seed: requests, faults, times and results", async () => {
    const traces = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      const first = await run(seed);
      expect(await run(seed)).toEqual(first);
      traces.add(first.trace.join("\n"));
    }
    expect(traces.size).toBe(30);
  });

  test("accounts for every request under the whole mixture, in which a plain ADD is wrong", async () => {
    const db = await createWithTable({ seed: 3, faults: EVERY_FAULT, operations: ["UpdateItem"] });
    let acknowledged = 0;
    const write = async () => {
      const client = db.client();
      for (let n = 0; n < 40; n++) {
        acknowledged += await addOne(client, "a").then(
          () => 1,
          () => 0,
        );
      }
    };
    await Promise.all(Array.from({ length: 16 }, write));
    await db.network.drain();
    const { faults, requests } = db.network;
    const times = (...kinds: readonly Fault[]) => kinds.reduce((sum, fault) => sum + faults[fault], 0);
    const arrived = requests["UpdateItem"] ?? 0;
    const carriedOut =
      arrived -
      times("lose-request", "reset-before", "server-error", "throttle", "conflict") +
      times("duplicate");
    const value = await valueOf(db.client(), "a");
    expect(value).toBe(carriedOut);
    expect(value).toBeGreaterThan(acknowledged);
    expect(FAULTS.filter((fault) => faults[fault] === 0)).toEqual([]);
    const expected = arrived * Object.values(EVERY_FAULT).reduce((sum, probability) => sum + probability, 0);
    expect(Math.abs(times(...FAULTS) - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  test("repeats a run though other runs go on at the same time", async () => {
    const alone = await run(7);
    const [beside] = await Promise.all([run(7), run(8), run(9)]);
    expect(beside).toEqual(alone);
  });

  test("waits for retries and lost messages without taking time", async () => {
    const db = await createWithTable({ startAt: 0 });
    const client = db.client({ maxAttempts: 3, requestTimeout: 600_000 });
    for (let n = 0; n < 2; n++) db.network.injectNext("lose-request", "UpdateItem");
    expect(await addOne(client, "a")).toBe(1);
    expect(db.clock.now()).toBeGreaterThan(1_200_000);
    expect(db.clock.now()).toBeLessThan(1_201_000);
  });

  test("tells the time-out of a request, and forgets time-outs of those that were answered", async () => {
    const db = await createWithTable({ startAt: 0 });
    const start = db.clock.now();
    expect(await addOne(db.client({ requestTimeout: 3_600_000 }), "a")).toBe(1);
    await db.clock.untilIdle();
    expect(db.clock.now() - start).toBeLessThan(100);
  });

  test("a request that is lost without a time-out stays unanswered, and ends when its signal aborts", async () => {
    const db = await createWithTable();
    db.network.injectNext("lose-request");
    const controller = new AbortController();
    const adding = addOne(db.client({ maxAttempts: 1, requestTimeout: Infinity }), "a", {
      abortSignal: controller.signal,
    });
    await db.clock.untilIdle();
    controller.abort();
    await expect(adding).rejects.toMatchObject({ name: "AbortError" });
    expect(await valueOf(db.client(), "a")).toBe(0);
  });

  test("refuses options that cannot be", () => {
    expect(() => createSimulatedDynamoDB({ seed: 0.5 })).toThrow("options.seed is 0.5; pass a whole number.");
    // A caller without types may pass anything.
    expect(() => createSimulatedDynamoDB({ sed: 1 } as SimulatedDynamoDBOptions)).toThrow(
      'options has the unknown key "sed"',
    );
  });

  test("has no faults unless they are given", async () => {
    const db = await createWithTable();
    for (let n = 1; n <= 100; n++) expect(await addOne(db.client(), "a")).toBe(n);
    expect(db.network.summary).toBe(`Seed ${db.network.seed}, 101 requests: no fault.`);
  });
});

describe("onRequest", () => {
  let messages: Message[];
  let client: ReturnType<ReturnType<typeof createSimulatedDynamoDB>["client"]>;
  let db: ReturnType<typeof createSimulatedDynamoDB>;

  beforeEach(async () => {
    messages = [];
    let isReady = false;
    db = createSimulatedDynamoDB({
      onRequest: (message) => {
        if (isReady) return void messages.push(message);
        message.execute();
        message.reply();
      },
    });
    client = db.client({ maxAttempts: 1 });
    await createCounterTable(client);
    isReady = true;
  });
  const next = async () => {
    await db.clock.untilIdle();
    const message = messages.shift();
    if (message === undefined) return expect.unreachable("nothing was sent");
    return message;
  };

  test("decides when a request is executed and answered", async () => {
    const [one, other] = [addOne(client, "a"), addOne(client, "a")];
    const [first, second] = [await next(), await next()];
    expect([first.number, first.operation, second.number]).toEqual([2, "UpdateItem", 3]);
    expect(first.input).toMatchObject({ TableName: "counters", Key: { id: { S: "a" } } });
    expect([second.execute(), first.execute()]).toEqual([200, 200]);
    first.reply();
    second.reply();
    expect([await one, await other]).toEqual([2, 1]);
    expect(first.isSettled).toBe(true);
  });

  test("decides that a request is reset, and that it arrives later, or twice", async () => {
    const lost = addOne(client, "a");
    const message = await next();
    message.reset();
    await expect(lost).rejects.toMatchObject({ code: "ECONNRESET" });
    const reading = valueOf(client, "a");
    message.execute();
    message.execute();
    message.reply(); // nobody listens any more
    const read = await next();
    read.execute();
    read.reply();
    expect(await reading).toBe(2);
  });

  test("cannot answer what was never executed", async () => {
    const adding = addOne(client, "a");
    const message = await next();
    expect(() => message.reply()).toThrow("Request 2 was never executed; execute it first.");
    message.reset();
    await expect(adding).rejects.toThrow("read ECONNRESET");
  });
});
