import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../scripts/test/random.ts";
import { moveOldValue, readWhole, type OldCounter } from "./move-old-value.ts";
import { addViews, createApplication, id, key, tableName } from "./old-writers.fixture.ts";

const oldCounter = { tableName, key, attribute: "pageViews", id };

/** Old and new writers at work while values are moved by a program that is interrupted again and again. */
async function migrate(seed: number, move: (old: OldCounter) => Promise<number>) {
  const { db, client, faulty, control, storeOf } = await createApplication(seed);
  const { now, sleep } = db.clock;
  const pause = () => sleep(Math.floor(db.random() * 30));
  let [sent, acknowledged] = [0, 0];
  let working = 4;
  const writer = async (write: (n: number) => Promise<unknown>) => {
    for (let n = 1; n <= 8; n++) {
      sent += n;
      await write(n);
      acknowledged += n;
      await pause();
    }
    working--;
  };
  const old = { ...oldCounter, client: faulty, store: storeOf(faulty), now };
  const calm = { ...oldCounter, client, store: storeOf(client), now };
  const addToCounter = (n: number) => calm.store.apply({ id, commands: [increment(n)] });
  const mover = async () => {
    while (working > 0) {
      await move(old).catch(() => undefined); // The process ends, and is started again.
      await pause();
    }
  };
  const reader = async () => {
    for (; working > 0; await pause()) {
      const least = acknowledged;
      const whole = await readWhole(calm).catch(() => undefined); // Not while an interrupted move waits for its next run.
      if (whole !== undefined) expect([whole >= least, whole <= sent]).toEqual([true, true]);
    }
  };
  await Promise.all([
    ...[1, 2].map(() => writer((n) => addViews(client, n))),
    ...[1, 2].map(() => writer(addToCounter)),
    mover(),
    mover(),
    reader(),
  ]);
  control.isFaulty = false;
  while ((await move(calm)) !== 0);
  const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key: key }));
  return { value: await calm.store.get(id, { consistent: true }), expected: sent, left: Item };
}

describe("moving what an old ADD has counted", () => {
  test("loses nothing and counts nothing twice, beside old and new writers, however often it is interrupted", async () => {
    const property = fc.asyncProperty(fc.nat(), async (seed) => {
      const { value, expected, left } = await migrate(seed, moveOldValue);
      expect(value).toBe(expected);
      expect(left).toMatchObject({ pageViews: { N: "0" } });
      expect(Object.keys(left ?? {}).toSorted()).toEqual(["PK", "SK", "pageViews", "pageViews-moves"]);
    });
    await fc.assert(property, { numRuns: randomRuns(4) });
  });

  test("is found to count twice if it does not use the same key again", async () => {
    let moves = 0;
    const withNewKeys = ({ store, ...old }: OldCounter) =>
      moveOldValue({
        ...old,
        store: {
          ...store,
          apply: (request) => store.apply({ ...request, idempotencyKey: `move-${++moves}` }),
        },
      });
    const isWrong = async (seed: number) => {
      const ended = await migrate(seed, withNewKeys).catch(() => undefined); // A reader may have seen too much.
      return ended === undefined || ended.value > ended.expected;
    };
    expect([await isWrong(1), await isWrong(2), await isWrong(3)]).toContain(true);
  });

  test("moves each attribute of one item to its own counter, though the move of another was interrupted", async () => {
    const { client, storeOf, db } = await createApplication(1);
    const old = { ...oldCounter, client, store: storeOf(client), now: () => db.clock.now() };
    const likes = { ...old, attribute: "likes", id: "home-likes" };
    await addViews(client, 7);
    await addViews(client, 2, "likes");
    const interrupted = { ...old.store, apply: () => Promise.reject(new Error("The process ends here.")) };
    await expect(moveOldValue({ ...old, store: interrupted })).rejects.toThrow("The process ends here.");
    expect(await moveOldValue(likes)).toBe(2);
    expect(await readWhole(likes)).toBe(2);
    expect(await moveOldValue(old)).toBe(7);
    expect(await readWhole(old)).toBe(7);
  });

  test("moves decrements, and leaves what is no whole number", async () => {
    const { client, storeOf, db } = await createApplication(1);
    const old = { ...oldCounter, client, store: storeOf(client), now: () => db.clock.now() };
    await addViews(client, -7);
    expect(await moveOldValue(old)).toBe(-7);
    expect(await old.store.get(id)).toBe(-7);
    await addViews(client, 0.5);
    await expect(moveOldValue(old)).rejects.toThrow("home is 0.5; counters hold whole numbers.");
    await addViews(client, "0.49999999999999999999");
    await expect(moveOldValue(old)).rejects.toThrow("home is 0.99999999999999999999; counters");
    expect(await old.store.get(id)).toBe(-7);
  });
});
