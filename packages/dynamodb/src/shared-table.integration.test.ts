import { setImmediate } from "node:timers/promises";
import { decrement, increment } from "@durable-counter/core";
import { describe, expect, test } from "vitest";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { createFullStore } from "./full-store.fixture.ts";
import { ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";
import { codeOf } from "./lost-replies.fixture.ts";
import { keys, othersIn, putOthers } from "./shared-table.fixture.ts";
import { strategiesOf } from "./simulated.fixture.ts";

const engines = await startEngines();
const tableName = "application";
for (const { client } of engines) {
  await ensureCounterTable(client, tableName, { keys });
  await putOthers(client, tableName);
}

describe.each(engines)("a table of other items, on $engine", (engine) => {
  const { client } = engine;
  const kinds: Partial<DynamoDBCounterStoreOptions>[] = [
    ...strategiesOf({ transactions: hasTransactions(engine) }).map((strategy) => ({
      idempotency: { strategy },
    })),
    { shards: 2 },
  ];

  test.each(kinds)("holds counters, with %j", async (kind) => {
    const prefix = `${JSON.stringify(kind)}#`;
    const store = createFullStore({
      client,
      tableName,
      keys: { ...keys, prefix },
      timeoutMs: 600_000, // Only ends a hang.
      sleep: () => setImmediate(),
      ...kind,
    });
    const request = { id: "a", commands: [increment(2)], idempotencyKey: "t" };
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => store.apply(request)));
    expect([first?.value, ...others.map(({ value }) => value)]).toEqual([2, 2, 2]);
    if (kind.shards === undefined) {
      const refused = { ...request, commands: [decrement(9)], limits: { min: 0 }, callerId: "c" };
      expect(await codeOf(store.apply({ ...refused, id: "b", idempotencyKey: "u" }))).toBe("limit-exceeded");
    }
    await store.apply({ id: "b", commands: [increment(5)], idempotencyKey: "v" });
    expect(Array.from((await store.getMany(["b", "c", "a"], { consistent: true })) ?? [])).toEqual([
      ["b", 5],
      ["c", 0],
      ["a", 2],
    ]);
    await store.delete("b");
    const entries = [];
    for await (const entry of store.list()) entries.push(entry);
    expect(entries).toEqual([{ id: "a", value: 2 }]);
    expect((await store.apply(request)).replayed).toBe(true);
    await store.delete("a");
    const { found, expected } = await othersIn(client, tableName);
    expect(found).toEqual(expected);
  });

  test.each(kinds)("keeps something else at the key of a counter, with %j", async (kind) => {
    const store = createFullStore({
      client,
      tableName,
      keys: { ...keys, prefix: "FOREIGN#" },
      ...kind,
    });
    for (const call of [
      () => store.apply({ id: "a", commands: [increment()], idempotencyKey: "t" }),
      () => store.get("a", { consistent: true }),
      () => store.delete("a"),
    ]) {
      expect(await codeOf(call())).toBe("misconfigured");
    }
    const { found, expected } = await othersIn(client, tableName);
    expect(found).toEqual(expected);
  });

  test("is refused by name if its keys are others", async () => {
    await expect(ensureCounterTable(client, tableName)).rejects.toThrow(
      /has the keys PK \(HASH\), SK \(RANGE\).*keys\.partition and keys\.sort.*\[misconfigured\]/u,
    );
    const store = createFullStore({ client, tableName });
    await expect(store.get("a")).rejects.toThrow(/keys\.partition and keys\.sort.*\[misconfigured\]/u);
  });
});
