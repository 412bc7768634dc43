import { increment } from "@durable-counter/core";
import { expect, test } from "vitest";
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
