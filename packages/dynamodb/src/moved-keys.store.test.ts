import { increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { startsCompaction } from "./compaction.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { createSimulation } from "./simulated.fixture.ts";

const id = "a";

test("a list of moved keys lets no process overlook the holds of the counter", async () => {
  const db = await createSimulation({ transactions: true });
  const apply = (strategy: "auto" | "separate-item", idempotencyKey: string) =>
    db.createStore({ idempotency: { strategy } }).apply({ id, commands: [increment(10)], idempotencyKey });
  await apply("separate-item", "its key has an item of its own");
  await db.createStore().hold({ id, amount: 3, expiresIn: 10 });
  await db.clock.sleep(11_000);
  expect(await apply("auto", "another process")).toMatchObject({ value: 20 });
});

test("a compaction after a transaction does not go on with a list that lacks the transaction's key", async () => {
  const db = await createSimulation({ transactions: true });
  const apply = (strategy: "inline" | "separate-item", idempotencyKey: string) =>
    db.createStore({ idempotency: { strategy } }).apply({ id, commands: [increment()], idempotencyKey });
  // So many that the next compaction moves some.
  for (let n = 0; n < 100; n++) {
    await apply("inline", `before-${n}`);
    await db.clock.sleep(600);
  }
  await apply("separate-item", "the first in the list");
  const keys = Array.from({ length: 400 }, (_, n) => `key-${n}`);
  const compacting = keys.find((key) => startsCompaction(keyAttribute(key))) ?? "";
  await apply("separate-item", compacting);
  expect(await apply("inline", compacting)).toMatchObject({ value: 102, replayed: true });
});
