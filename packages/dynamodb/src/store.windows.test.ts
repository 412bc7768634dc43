import { ScanCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { decrement, get, increment, isCounterError, set } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { describe, expect, test } from "vitest";
import { countRequests } from "./client-middleware.fixture.ts";
import { keyAttribute } from "./idempotency-key.ts";
import type { DynamoDBCounterStoreOptions } from "./index.ts";
import { errorOf } from "./lost-replies.fixture.ts";
import { createSimulation, NO_LATENCY, tableName } from "./simulated.fixture.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 27, 12);
const id = "customer-7";
const minutes = calendarWindow({ per: "minute" });
const days = calendarWindow({ per: "day", timeZone: "Europe/Zurich" });

async function setUp(options: Partial<DynamoDBCounterStoreOptions> = {}) {
  const simulation = await createSimulation({ latencyMs: NO_LATENCY, startAt: START });
  const client = simulation.client();
  const requests = countRequests(client);
  const store = simulation.createStore({ client, window: days, ...options });
  const items = async () => {
    const { Items = [] } = await simulation.client().send(new ScanCommand({ TableName: tableName }));
    return Items;
  };
  return { ...simulation, store, requests, items };
}

describe("the price of a counter with windows", () => {
  test("is one request for a command, in a new window too", async () => {
    const { clock, store, requests } = await setUp({ limits: { min: 0, max: 10 } });
    for (let day = 0; day < 3; day++) {
      await store.apply({ id, commands: [increment(3), decrement(1)], idempotencyKey: `order-${day}` });
      await store.apply({ id, commands: [set(7)], idempotencyKey: `correction-${day}` });
      await clock.sleep(DAY);
    }
    expect(requests).toEqual({ UpdateItem: 6 });
    await store.get(id);
    await store.apply({ id, commands: [get()] });
    expect(requests).toEqual({ UpdateItem: 6, GetItem: 2 });
  });

  test("is one request for a retry in a later window", async () => {
    const { clock, store, requests } = await setUp({ window: minutes });
    const request = { id, commands: [increment(3)], idempotencyKey: "order-1" };
    const first = await store.apply(request);
    await clock.sleep(10 * MINUTE);
    expect(await store.apply(request)).toEqual({ ...first, replayed: true });
    expect(requests).toEqual({ UpdateItem: 2 });
  });
});

describe("the item of a counter with windows", () => {
  test("has an attribute for each window, and expires a day after its last window has ended", async () => {
    const { clock, store, items } = await setUp();
    await store.apply({ id, commands: [increment(3)], idempotencyKey: "order-1" });
    await clock.sleep(DAY);
    await store.apply({ id, commands: [increment(4)], idempotencyKey: "order-2" });
    const midnight = Date.UTC(2026, 10, 26, 23);
    const keyOf = (idempotencyKey: string) => keyAttribute(`${idempotencyKey}\n${days.name}`);
    expect(await items()).toEqual([
      {
        id: { S: id },
        sk: { S: "windows/day Europe/Zurich" },
        [`w#${midnight / 1_000}`]: { N: "3" },
        [`w#${(midnight + DAY) / 1_000}`]: { N: "4" },
        expiresAt: { N: String((midnight + 3 * DAY) / 1_000 + 3_600 + 840) },
        [keyOf("order-1")]: { N: expect.stringMatching(/^0\.\d+$/u) as unknown },
        [keyOf("order-2")]: { N: expect.stringMatching(/^0\.\d+$/u) as unknown },
      },
    ]);
  });

  test.each(["inline", "separate-item"] as const)(
    "expires after all that it holds, whatever was written last: %s",
    async (strategy) => {
      const { clock, store, items } = await setUp({
        window: minutes,
        idempotency: { strategy },
        limits: { max: 9 },
      });
      const outlives = async () => {
        const [item] = (await items()).filter(({ sk }) => sk?.S?.startsWith("windows/"));
        const last = Math.max(clock.now() / 1_000 + 3_600, Number(item?.["fence"]?.N ?? 0));
        expect(Number(item?.["expiresAt"]?.N)).toBeGreaterThan(last + 600);
      };
      const refused = { id, commands: [increment(99)], callerId: "c" };
      for (const idempotencyKey of ["first", "second"]) {
        await errorOf(store.apply({ ...refused, idempotencyKey }));
        await outlives();
        await store.apply({ id, commands: [increment(1)], idempotencyKey: `${idempotencyKey} write` });
        await outlives();
        await errorOf(store.apply({ ...refused, idempotencyKey: `${idempotencyKey} again` }));
        await outlives();
        await clock.sleep(20 * MINUTE);
        // Issued long before, and written last.
        const issuedAt = clock.now() - 15 * MINUTE;
        await store.apply({
          id,
          commands: [increment(1)],
          idempotencyKey: `${idempotencyKey} late`,
          issuedAt,
        });
        await outlives();
      }
    },
  );

  test("loses the windows that no request can reach any more, and no others", async () => {
    const { clock, store, items } = await setUp({ window: minutes, idempotency: { retentionSeconds: 60 } });
    for (let minute = 0; minute < 400; minute++) {
      await store.apply({ id, commands: [increment()], idempotencyKey: `order-${minute}` });
      await clock.sleep(MINUTE);
    }
    const [item = {}] = await items();
    const windows = Object.keys(item).filter((name) => name.startsWith("w#"));
    // A retention period and seven minutes, and what is written between two compactions.
    expect(windows.length).toBeLessThan(130);
    for (let minute = 1; minute <= 8; minute++)
      expect(windows).toContain(`w#${(START + (400 - minute) * MINUTE) / 1_000}`);
  });
});

describe("a request that fails in a window", () => {
  test("tells when the window ends, if a limit refuses it", async () => {
    const { store } = await setUp({ limits: { max: 2 } });
    const { code, details } = await errorOf(store.apply({ id, commands: [increment(3)] }));
    expect([code, details["resetsAt"]]).toEqual(["limit-exceeded", Date.UTC(2026, 10, 27, 23)]);
  });

  test("tells when the window ends in which a limit refused it first, if that is final", async () => {
    const idempotency = { retentionSeconds: 86_400 };
    const { clock, store } = await setUp({ limits: { max: 2 }, idempotency });
    const entry = { id, commands: [increment(3)] };
    const ends = async () => [
      (await errorOf(store.apply({ ...entry, idempotencyKey: "t", callerId: "c" }))).details["resetsAt"],
      (await errorOf(store.applyAll({ entries: [entry], idempotencyKey: "u", callerId: "c" }))).details[
        "resetsAt"
      ],
    ];
    const first = await ends();
    expect(first).toEqual([Date.UTC(2026, 10, 27, 23), Date.UTC(2026, 10, 27, 23)]);
    await clock.sleep(DAY / 2);
    expect(await ends()).toEqual(first);
  });

  test("tells what a retry needs to count in the same window, if several counters were not changed", async () => {
    const simulation = await setUp();
    const client = throttled(simulation.client({ maxAttempts: 1 }));
    const store = simulation.createStore({ client });
    const entries = [
      { id, commands: [increment()] },
      { id, commands: [increment()], window: days },
    ];
    const { code, details } = await errorOf(store.applyAll({ entries }));
    expect([code, details]).toEqual([
      "throttled",
      { idempotencyKey: expect.stringMatching(/^auto-/u) as string, issuedAt: START },
    ]);
    const reads = entries.map((entry) => ({ ...entry, commands: [get()] }));
    expect((await errorOf(store.applyAll({ entries: reads }))).details).toEqual({});
  });

  test("tells what a retry needs to count in the same window, if it was not applied", async () => {
    const simulation = await setUp();
    const client = throttled(simulation.client({ maxAttempts: 1 }));
    const store = simulation.createStore({ client, window: days });
    const { code, details } = await errorOf(
      store.apply({ id, commands: [increment()], idempotencyKey: "t" }),
    );
    expect([code, details]).toEqual(["throttled", { idempotencyKey: "t", issuedAt: START }]);
    await simulation.clock.sleep(DAY / 2);
    const retry = {
      id,
      commands: [increment()],
      idempotencyKey: "t",
      issuedAt: details["issuedAt"] as number,
    };
    const late = simulation.createStore({ window: days, idempotency: { retentionSeconds: 86_400 } });
    expect((await late.apply(retry)).resetsAt).toBe(Date.UTC(2026, 10, 27, 23));
  });

  test.each([
    [{ issuedAt: Number.MAX_SAFE_INTEGER }, "which is yet to come"],
    [{ issuedAt: START - 1_001 * MINUTE }, "request.issuedAt is more than 999 windows ago"],
    [{ window: { per: "day" } }, 'request.window is {"per":"day"}; pass calendarWindow(…)'],
  ])("is refused: %j", async (fields, message) => {
    const { store, items } = await setUp({ window: minutes, idempotency: { retentionSeconds: 86_400 } });
    const request = { id, commands: [increment()], idempotencyKey: "t", ...(fields as object) };
    const { code, message: said } = await errorOf(store.apply(request));
    expect(code).toBe("invalid-input");
    expect(said).toContain(message);
    expect(await items()).toEqual([]);
  });

  test("is refused on a counter over shards, which has no windows", async () => {
    const { createStore, items } = await setUp();
    expect(() => createStore({ shards: 4, window: days })).toThrow(
      'options.window is "day Europe/Zurich", and shards have no windows; leave "window" out, or "shards".',
    );
    const sharded = createStore({ shards: 4 });
    expect(sharded.supportsWindows).toBe(false);
    const refusals = [
      sharded.apply({ id, commands: [increment()], window: days }),
      sharded.get(id, { window: days }),
      sharded.delete(id, { window: days }),
    ];
    for (const refused of refusals) {
      const error: unknown = await refused.catch((thrown: unknown) => thrown);
      expect(isCounterError(error, "invalid-input") && error.message).toContain("shards have no windows");
    }
    expect(await items()).toEqual([]);
  });
});

/** A client whose every write DynamoDB throttles. */
function throttled(client: DynamoDBClient): DynamoDBClient {
  client.middlewareStack.add(
    () => async () => {
      throw Object.assign(new Error("Slow down."), { name: "ThrottlingException", $fault: "client" });
    },
    { step: "deserialize", priority: "low" },
  );
  return client;
}
