import { decrement, increment } from "@durable-counter/core";
import type { SimulatedDynamoDBOptions } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { countRequests } from "./client-middleware.fixture.ts";
import { createSimulation, simulatedEngines, tableName } from "./simulated.fixture.ts";
import { partsOf } from "./table-items.fixture.ts";

const id = "counter";

describe.each(simulatedEngines)("the life of a counter on $engine", ({ transactions }) => {
  const setUp = async (options: SimulatedDynamoDBOptions = {}) => {
    const db = await createSimulation({ transactions, ...options });
    return { db, store: db.createStore };
  };

  test("at 64 writers costs one request a command", async () => {
    const { db, store } = await setUp();
    const watched = db.client();
    const requests = countRequests(watched);
    const hot = store({ client: watched });
    const writer = async (_: unknown, index: number) => {
      for (let n = 0; n < 8; n++)
        await hot.apply({ id, commands: [increment()], idempotencyKey: `${index}-${n}` });
    };
    await Promise.all(Array.from({ length: 64 }, writer));
    const sent = Object.values(requests).reduce((sum, count) => sum + count, 0);
    expect(sent / 512).toBeLessThan(1.05);
    expect(await hot.get(id, { consistent: true })).toBe(512);
  });

  test("ends with everything the table holds of it", async () => {
    const { db, store } = await setUp();
    if (transactions) {
      const marked = store({ idempotency: { strategy: "separate-item" } });
      for (let n = 0; n < 60; n++)
        await marked.apply({ id, commands: [increment()], idempotencyKey: `m${n}` });
    }
    await store().apply({ id, commands: [increment()], idempotencyKey: "t" });
    await store().delete(id);
    expect((await partsOf(db.client(), tableName, id)).size).toBe(0);
    await store().delete(id);
    expect(await store().apply({ id, commands: [increment()], idempotencyKey: "t" })).toMatchObject({
      value: 1,
    });
  });

  test.each([1, -1])("goes up to the edge of the safe integers, and is refused beyond (%i)", async (sign) => {
    const { store } = await setUp();
    const away = sign > 0 ? increment : decrement;
    const back = sign > 0 ? decrement : increment;
    const edge = Number.MAX_SAFE_INTEGER;
    const at = store({ initial: sign * (edge - 1) });
    expect(await at.apply({ id, commands: [away()], idempotencyKey: "a" })).toMatchObject({
      value: sign * edge,
    });
    await expect(at.apply({ id, commands: [away()], idempotencyKey: "b" })).rejects.toThrow(
      /\[limit-exceeded\]/u,
    );
    const through = { id, commands: [back(edge), back(edge), away(2)], idempotencyKey: "c" };
    expect(await at.apply(through)).toMatchObject({ value: sign * (2 - edge) });
    expect(await at.apply(through)).toMatchObject({ value: sign * (2 - edge), replayed: true });
    await at.delete(id);
  });

  test("may come back within limits that came later, but go no further away", async () => {
    const { store } = await setUp();
    await store().apply({ id, commands: [increment(10)] });
    const limited = store({ limits: { max: 5 } });
    await expect(limited.apply({ id, commands: [increment()] })).rejects.toThrow(/maximum is 5/u);
    expect(await limited.apply({ id, commands: [decrement(2)] })).toMatchObject({ value: 8 });
  });

  test("waits out throttles and conflicts, and counts once", async () => {
    const { db, store } = await setUp();
    const patient = db.client({ maxAttempts: 1 });
    const requests = countRequests(patient);
    for (const fault of ["conflict", "throttle", "conflict", "throttle"] as const)
      db.network.injectNext(fault);
    expect(
      await store({ client: patient }).apply({ id, commands: [increment()], idempotencyKey: "t" }),
    ).toMatchObject({
      value: 1,
      replayed: false,
    });
    expect(requests).toEqual({ UpdateItem: 5 });
  });

  test.each([
    ["throttle", 9],
    // A conflict is the progress of another transaction, and the AWS SDK does not repeat it.
    ["conflict", 101],
  ])(
    "is throttled where they do not end (%s), after %i requests, and nothing is counted",
    async (fault, sent) => {
      const { db, store } = await setUp({ faults: { [fault]: 1 } });
      const patient = db.client({ maxAttempts: 1 });
      const requests = countRequests(patient);
      await expect(
        store({ client: patient }).apply({ id, commands: [increment()], idempotencyKey: "t" }),
      ).rejects.toThrow(/was not changed: DynamoDB asks for less.*\[throttled\]/u);
      expect(requests).toEqual({ UpdateItem: sent });
      db.network.disableFaults();
      expect(await store().get(id, { consistent: true })).toBe(0);
    },
  );
});
