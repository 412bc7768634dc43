import { PutItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { decrement, increment, isCounterError } from "@durable-counter/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createSimulation, NO_LATENCY, tableName } from "./simulated.fixture.ts";

afterEach(() => {
  vi.useRealTimers();
});

const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `counter-${n}`);

/** A simulation in which the first counters, of so many, have their number as value. */
async function setUp(counters: number, options: Parameters<typeof createSimulation>[0] = {}) {
  const simulation = await createSimulation({ seed: 1, latencyMs: NO_LATENCY, ...options });
  const client = simulation.client();
  const put = (id: string, attributes: Record<string, AttributeValue>, sortKey = "value") =>
    client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: { id: { S: id }, sk: { S: sortKey }, ...attributes },
      }),
    );
  const ids = idsOf(counters);
  for (const [n, id] of ids.entries()) await put(id, { value: { N: String(n) } });
  return { ...simulation, put, ids };
}

/** The error with which a call fails. */
async function failureOf(call: Promise<unknown> | undefined) {
  const error: unknown = await call?.catch((thrown: unknown) => thrown);
  if (!isCounterError(error)) throw new Error(`It did not fail with a CounterError: ${String(error)}`);
  return error;
}

const valuesOf = (ids: readonly string[]) => ids.map((id, n) => [id, n]);

describe("reading many counters", () => {
  test("takes one request per 100 different ids", async () => {
    const { createStore, network, ids } = await setUp(250);
    const values = await createStore().getMany([...ids, ...ids]);
    expect(Array.from(values ?? [])).toEqual(valuesOf(ids));
    expect(network.requests).toMatchObject({ BatchGetItem: 3 });
  });

  test("asks again for keys that were left unprocessed, after a wait, and loses none", async () => {
    const { createStore, network, clock, ids } = await setUp(150);
    const store = createStore();
    const before = clock.now();
    for (let n = 0; n < 6; n++) network.injectNext("throttle", "BatchGetItem");
    const values = await store.getMany(ids, { consistent: true });
    expect(Array.from(values ?? [])).toEqual(valuesOf(ids));
    expect(network.faults.throttle).toBe(6);
    expect(network.requests["BatchGetItem"]).toBeGreaterThan(6);
    expect(clock.now()).toBeGreaterThan(before);
  });

  test("is throttled when its time is over before every key was processed", async () => {
    const { network, createStore, ids } = await setUp(150);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const sleep = async () => void vi.advanceTimersByTime(60);
    const store = createStore({ clientOptions: { maxAttempts: 1 }, timeoutMs: 100, sleep });
    for (let n = 0; n < 20; n++) network.injectNext("throttle", "BatchGetItem");
    const { code, message, retryable } = await failureOf(store.getMany(ids));
    expect({ code, retryable }).toEqual({ code: "throttled", retryable: true });
    expect(message).toMatch(/left \d+ of the counters unread for 100 ms/u);
    expect(network.requests).toMatchObject({ BatchGetItem: 2 });
  });

  test("ends when the caller aborts, also in the wait between requests", async () => {
    const { network, createStore, ids } = await setUp(3);
    const controller = new AbortController();
    const store = createStore({
      sleep: () => {
        controller.abort();
        return new Promise<void>(() => undefined); // a wait that does not heed the signal
      },
    });
    for (let n = 0; n < 20; n++) network.injectNext("throttle", "BatchGetItem");
    expect((await failureOf(store.getMany(ids, { signal: controller.signal }))).code).toBe("unavailable");
  });

  test("names every counter that cannot be read, and returns the values of the others with the error", async () => {
    const { createStore, put, ids } = await setUp(4);
    await put("counter-1", { value: { S: "many" } });
    await put("counter-3", { fence: { N: "99999999999" }, shards: { N: "4" } });
    const { code, message, details } = await failureOf(createStore().getMany(ids));
    expect(code).toBe("misconfigured");
    expect(message).toContain('Counter "counter-1" in table "counters" holds {"S":"many"} as its value');
    expect(message).toContain("1 other counter cannot be read either");
    expect(details).toEqual({
      ids: ["counter-1", "counter-3"],
      values: [
        ["counter-0", 0],
        ["counter-2", 2],
      ],
    });
  });

  test("gives a counter that has only recorded refusals its initial value", async () => {
    const { createStore } = await setUp(0);
    const store = createStore({ limits: { min: 0 }, initial: 3 });
    const request = { id: "a", commands: [decrement(4)], idempotencyKey: "t", callerId: "c" };
    expect((await failureOf(store.apply(request))).code).toBe("limit-exceeded");
    expect(Array.from((await store.getMany(["a"])) ?? [])).toEqual([["a", 3]]);
  });

  test("fails as unavailable if DynamoDB cannot be reached, and as misconfigured if it does not allow it", async () => {
    const { network, createStore, ids } = await setUp(2);
    const store = createStore({ clientOptions: { maxAttempts: 1 } });
    network.injectNext("reset-before", "BatchGetItem");
    expect((await failureOf(store.getMany(ids))).code).toBe("unavailable");
    const elsewhere = createStore({ tableName: "missing" });
    const { code, message } = await failureOf(elsewhere.getMany(ids));
    expect({ code, message }).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("the table does not exist"),
    });
  });
});

describe("reading many sharded counters", () => {
  test("sums the shards of each, in one query per counter", async () => {
    const { createStore, network } = await setUp(0);
    const store = createStore({ shards: 4 });
    for (let n = 0; n < 8; n++)
      for (const id of ["a", "b"])
        await store.apply({ id, commands: [increment(id === "a" ? 1 : 10)], idempotencyKey: `t${n}` });
    const { Query: before = 0 } = network.requests;
    const values = await store.getMany(["b", "missing", "a", "b"], { consistent: true });
    expect(Array.from(values ?? [])).toEqual([
      ["b", 80],
      ["missing", 0],
      ["a", 8],
    ]);
    expect(network.requests["Query"]).toBe(before + 3);
  });

  test("names a counter that is kept otherwise, and returns the sums of the others with the error", async () => {
    const { createStore, ids } = await setUp(1);
    const store = createStore({ shards: 4 });
    await store.apply({ id: "a", commands: [increment(7)] });
    const { code, message, details } = await failureOf(store.getMany(["a", ...ids], { consistent: true }));
    expect(code).toBe("misconfigured");
    expect(message).toContain("is kept in one item, and the store has shards: 4");
    expect(details).toEqual({ ids, values: [["a", 7]] });
  });

  test("starts no further query when one has failed", async () => {
    const { network, createStore } = await setUp(0);
    const store = createStore({ shards: 4, clientOptions: { maxAttempts: 1 } });
    network.injectNext("reset-before", "Query");
    expect((await failureOf(store.getMany(idsOf(100)))).code).toBe("unavailable");
    expect(network.requests["Query"]).toBeLessThanOrEqual(16);
  });
});
