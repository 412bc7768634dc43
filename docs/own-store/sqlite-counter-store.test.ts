import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { increment } from "@durable-counter/core";
import { counterStoreContract } from "@durable-counter/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { SqliteCounterStore } from "./sqlite-counter-store.ts";

counterStoreContract({ describe, test, expect }, (options) => new SqliteCounterStore(":memory:", options));

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "sqlite-counter-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "counters.sqlite");
}

test("another store of the same file knows the values and the keys", async () => {
  const file = newFile();
  const request = { id: "stock", commands: [increment(5)], idempotencyKey: "order-1" };
  await new SqliteCounterStore(file).apply(request);
  const { value, replayed } = await new SqliteCounterStore(file).apply(request);
  expect({ value, replayed }).toEqual({ value: 5, replayed: true });
});

test("a count that SQLite cannot write changes nothing, and is unavailable", async () => {
  const file = newFile();
  const store = new SqliteCounterStore(file);
  await store.apply({ id: "stock", commands: [increment(5)] });
  new DatabaseSync(file).exec(
    "CREATE TRIGGER full BEFORE UPDATE ON counters BEGIN SELECT raise(FAIL, 'the disk is full'); END",
  );
  const request = { id: "stock", commands: [increment()], idempotencyKey: "order-1" };
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(store.apply(request)).rejects.toMatchObject({ code: "unavailable", retryable: true });
  }
  expect(await store.get("stock")).toBe(5);
});
