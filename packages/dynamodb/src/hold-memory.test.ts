import { get, increment } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { describe, expect, test } from "vitest";
import { startsCompaction } from "./compaction.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { putCounterWithoutList } from "./moved-keys-overflow.fixture.ts";
import { namesOf } from "./request-context.ts";
import { createSimulation, NO_LATENCY } from "./simulated.fixture.ts";

const id = "stock";
const HOUR = 3_600_000;
const names = Array.from({ length: 200 }, (_, n) => `order-${n}`);

describe("what a process remembers of a hold", () => {
  test("gives nothing back to the window of an earlier hold of the same id", async () => {
    const startAt = Date.UTC(2026, 10, 27, 12);
    const db = await createSimulation({ latencyMs: NO_LATENCY, startAt });
    const window = calendarWindow({ per: "day" });
    const [store, other] = [1, 2].map(() => db.createStore({ window, initial: 100 }));
    const hold = { id, amount: 4, expiresIn: 900, idempotencyKey: "order" };
    await store?.hold(hold);
    await other?.commit({ id, holdId: "order" });
    await db.clock.sleep(11 * HOUR);
    const compacting = names.find((name) => startsCompaction(namesOf(name, window, undefined).keyAttribute));
    await other?.apply({ id, commands: [increment(0)], idempotencyKey: compacting });
    await db.clock.sleep(2 * HOUR);
    expect(await other?.hold(hold)).toMatchObject({ value: 96, replayed: false });
    expect(await store?.release({ id, holdId: "order" })).toEqual({
      value: 100,
      replayed: false,
      resetsAt: Date.UTC(2026, 10, 29),
    });
    expect(await other?.get(id, { consistent: true })).toBe(100);
  });

  test("places no hold on a counter that was written anew, though its fence and value are by chance as before", async () => {
    const db = await createSimulation({ latencyMs: NO_LATENCY });
    const known = { id, value: 100, now: db.clock.now() };
    await putCounterWithoutList(db.client(), known);
    const store = db.createStore();
    const [first = "", second = ""] = names.filter((name) => !startsCompaction(keyAttribute(name)));
    await store.apply({ id, commands: [get()], idempotencyKey: first });
    await putCounterWithoutList(db.client(), { ...known, life: "after" });
    await store.hold({ id, amount: 4, expiresIn: 900, idempotencyKey: second });
    expect(await db.createStore().release({ id, holdId: second })).toEqual({ value: 100, replayed: false });
  });
});
