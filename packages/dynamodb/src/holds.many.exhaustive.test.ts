import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { decrement } from "@durable-counter/core";
import { expect, test } from "vitest";
import { listRequests } from "./client-middleware.fixture.ts";
import { itemsOfPages } from "./read-item.ts";
import { createSimulation, NO_LATENCY, tableName } from "./simulated.fixture.ts";

const id = "stock";
const HOLDS = 3_000;
const SECONDS = 7_200;
const INITIAL = 10_000;
/** Of an item, in characters of its JSON: a twelfth of the 400 KB that DynamoDB allows. */
const MAX_SIZE = 32_000;

test("3,000 holds are open on a counter: no item is large, no call takes many requests, and all expire at once", async () => {
  const db = await createSimulation({ latencyMs: NO_LATENCY });
  const client = db.client();
  const sent = listRequests(client);
  const options = { initial: INITIAL, limits: { min: 0 } };
  const store = db.createStore({ ...options, client });
  const largestItem = async () => {
    const sizes: number[] = [];
    const scanner = db.client();
    for await (const item of itemsOfPages((ExclusiveStartKey) =>
      scanner.send(new ScanCommand({ TableName: tableName, ExclusiveStartKey })),
    ))
      sizes.push(JSON.stringify(item).length);
    return { items: sizes.length, largest: Math.max(...sizes) };
  };
  const requestsOf = async (call: () => Promise<unknown>) => {
    sent.splice(0);
    await call();
    return sent.length;
  };

  const placing: number[] = [];
  let largest = 0;
  for (let n = 0; n < HOLDS; n++) {
    placing.push(
      await requestsOf(() => store.hold({ id, amount: 2, expiresIn: SECONDS, idempotencyKey: `h${n}` })),
    );
    await db.clock.sleep(500);
    if (n % 1_000 === 999) largest = Math.max(largest, (await largestItem()).largest);
  }
  // After every 32nd write comes a compaction.
  expect(Math.max(...placing)).toBe(3);
  expect(placing.reduce((sum, count) => sum + count, 0) / HOLDS).toBeLessThan(1.05);
  expect(Math.max(largest, (await largestItem()).largest)).toBeLessThan(MAX_SIZE);
  expect((await largestItem()).items).toBeGreaterThan(HOLDS);
  expect(await store.held(id)).toBe(2 * HOLDS);
  expect(await store.get(id, { consistent: true })).toBe(INITIAL - 2 * HOLDS);

  const newest = `h${HOLDS - 1}`;
  expect(await requestsOf(() => store.commit({ id, holdId: newest }))).toBe(1);
  // Holds that were moved into items of their own, by the process that has moved them.
  for (const end of [
    () => store.commit({ id, holdId: "h0" }),
    () => store.commit({ id, holdId: "h1", amount: 1 }),
    () => store.release({ id, holdId: "h2" }),
  ])
    expect(await requestsOf(end)).toBe(1);
  const committed = 2 + 2 + 1;
  expect(await store.get(id, { consistent: true })).toBe(INITIAL - 2 * HOLDS + (1 + 2));
  expect(await store.held(id)).toBe(2 * (HOLDS - 4));

  // All expire. A writer that dies after any of its requests leaves a part given back, and no reader sees a wrong sum.
  await db.clock.sleep(SECONDS * 1_000);
  expect(await store.held(id)).toBe(0);
  let given = 0;
  const dying = db.client();
  dying.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        if (commandName === "TransactWriteItemsCommand" && ++given > 20) throw new Error("The process dies.");
        return next(args);
      },
    { step: "initialize" },
  );
  await expect(
    db.createStore({ ...options, client: dying }).get(id, { consistent: true }),
  ).rejects.toMatchObject({ code: "unavailable" });
  const expiredAt = db.clock.now();
  await expect(store.commit({ id, holdId: "h100" })).rejects.toMatchObject({ details: { hold: "expired" } });
  const batch = { id, commands: [decrement(INITIAL - committed)], idempotencyKey: "all" };
  expect((await store.apply(batch)).value).toBe(0);
  expect(await store.get(id, { consistent: true })).toBe(0);
  // One piece after the other: no other writer was at work, so nobody waits.
  expect(db.clock.now()).toBe(expiredAt);
});
