import { decrement, isCounterError, type StoreWithHolds } from "@durable-counter/core";
import { exploreDeliveries, type SimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { createStoreWithMovedHolds } from "./moved-holds.fixture.ts";
import { putCounterWithoutList } from "./moved-keys-overflow.fixture.ts";
import { createFullStore } from "./full-store.fixture.ts";
import { ensureCounterTable } from "./index.ts";
import { tableName } from "./simulated.fixture.ts";

const id = "stock";
const INITIAL = 10;
const AMOUNT = 4;
const SECONDS = 60;
const request = { id, amount: AMOUNT, expiresIn: SECONDS, idempotencyKey: "order-1" };
const hold = { id, holdId: "order-1" };

/** What a caller was told in the end: a value, the code of a refusal, or how the hold had ended. */
type Answer = number | string;

/** Asks, and asks again while errors tell so, as a careful caller does. */
async function ask(call: () => Promise<{ readonly value: number }>): Promise<Answer> {
  for (let asked = 1; ; asked++) {
    try {
      return (await call()).value;
    } catch (error) {
      if (!isCounterError(error)) throw error;
      const { retryable, code, details } = error;
      if (!retryable) return typeof details["hold"] === "string" ? details["hold"] : code;
      if (asked === 3) return code;
    }
  }
}

const places = ["inline", "moved", "apart"] as const;
type Place = (typeof places)[number];

/** Another process each time. */
function storeOf(db: SimulatedDynamoDB, place: Place): StoreWithHolds {
  const create = place === "moved" ? createStoreWithMovedHolds : createFullStore;
  return create({
    client: db.client({ maxAttempts: 1 }),
    tableName,
    now: () => db.clock.now(),
    sleep: (ms) => db.clock.sleep(ms),
    random: () => 0,
    timeoutMs: 900_000,
    initial: INITIAL,
    limits: { min: 0 },
  });
}

/**
 * Places a hold where it is said.
 *
 * @returns who ends it: a process that has never seen the counter, or, of a hold that was placed in items of its own, the one that
 *   knows it
 */
async function placeHold(db: SimulatedDynamoDB, place: Place): Promise<() => StoreWithHolds> {
  if (place === "apart")
    await putCounterWithoutList(db.client(), { id, value: INITIAL, now: db.clock.now() });
  const placing = storeOf(db, place);
  await placing.hold(request);
  return () => (place === "apart" ? placing : storeOf(db, "inline"));
}

async function balanceOf(db: SimulatedDynamoDB) {
  const store = storeOf(db, "inline");
  return { value: await store.get(id, { consistent: true }), held: await store.held(id) };
}

describe.each(places)("in every order and with every fate of messages, a hold that is %s", (place) => {
  const explore = async (
    schedules: number,
    maxFaults: number,
    program: (
      db: SimulatedDynamoDB,
      run: (tasks: readonly (() => Promise<unknown>)[]) => Promise<void>,
    ) => Promise<void>,
  ) => {
    const found = await exploreDeliveries(
      async ({ db, run }) => {
        await ensureCounterTable(db.client(), tableName);
        await program(db, run);
      },
      { maxFaults, maxSchedules: 2_000 },
    );
    expect(found.failures.slice(0, 1)).toEqual([]);
    expect({ schedules: found.schedules, exhaustive: found.exhaustive }).toEqual({
      schedules,
      exhaustive: true,
    });
  };

  test("is committed or released, and both callers learn which", async () => {
    await explore(
      { inline: 40, moved: 20, apart: 279 }[place],
      place === "moved" ? 0 : 1,
      async (db, run) => {
        const ender = await placeHold(db, place);
        let committed: Answer = "";
        let released: Answer = "";
        await run([
          async () => void (committed = await ask(() => ender().commit(hold))),
          async () => void (released = await ask(() => storeOf(db, "inline").release(hold))),
        ]);
        const { value, held } = await balanceOf(db);
        expect(held).toBe(0);
        expect([committed, released]).toEqual(
          value === INITIAL ? ["released", INITIAL] : [INITIAL - AMOUNT, "committed"],
        );
      },
    );
  });

  test("is committed or expires, and the reader and the committer agree", async () => {
    await explore({ inline: 5, moved: 61, apart: 7 }[place], 0, async (db, run) => {
      const ender = await placeHold(db, place);
      let committed: Answer = "";
      let read: Answer = "";
      const committer = ender();
      const reader = storeOf(db, "inline");
      await run([
        async () => void (committed = await ask(() => committer.commit(hold))),
        async () => {
          await db.clock.sleep(SECONDS * 1_000); // What the committer has sent is still under way.
          read = await ask(async () => ({ value: await reader.get(id, { consistent: true }) }));
        },
      ]);
      const { value, held } = await balanceOf(db);
      expect(held).toBe(0);
      if (value === INITIAL) expect([committed, read]).toEqual(["expired", INITIAL]);
      else expect([value, committed, read]).toEqual([INITIAL - AMOUNT, INITIAL - AMOUNT, INITIAL - AMOUNT]);
    });
  });

  test("is not committed by a message that arrives after its caller was told that it has expired", async () => {
    await explore({ inline: 9, moved: 34, apart: 11 }[place], 1, async (db, run) => {
      const ender = await placeHold(db, place);
      let committed: Answer = "";
      await run([
        async () => {
          const first = await ender()
            .commit(hold)
            .catch(() => undefined);
          await db.clock.sleep(SECONDS * 1_000);
          committed = first?.value ?? (await ask(() => storeOf(db, "inline").commit(hold)));
        },
      ]);
      const { value } = await balanceOf(db);
      expect([value, committed]).toEqual(
        committed === "expired" ? [INITIAL, "expired"] : [INITIAL - AMOUNT, INITIAL - AMOUNT],
      );
    });
  });

  test("gives back once what it has taken, if it expires beside writers", async () => {
    await explore(
      { inline: 52, moved: 55, apart: 73 }[place],
      place === "inline" ? 0 : 1,
      async (db, run) => {
        await placeHold(db, place);
        await db.clock.sleep(SECONDS * 1_000);
        const answers: Answer[] = [];
        const take = (idempotencyKey: string) => async () => {
          const store = storeOf(db, "inline");
          const batch = { id, commands: [decrement(8)], idempotencyKey, callerId: "c" };
          answers.push(await ask(() => store.apply(batch)));
        };
        await run(place === "inline" ? [take("one"), take("two")] : [take("one")]);
        const refused = place === "inline" ? ["limit-exceeded"] : [];
        expect(new Set(answers)).toEqual(new Set([INITIAL - 8, ...refused]));
        expect(await balanceOf(db)).toEqual({ value: INITIAL - 8, held: 0 });
      },
    );
  });
});

test.each([
  { place: "inline", maxFaults: 1, count: 40 },
  { place: "apart", maxFaults: 0, count: 6 },
])(
  "in every order and with every fate of messages, a hold that two processes send is placed once: $place",
  async ({ place, maxFaults, count }) => {
    const { failures, schedules, exhaustive } = await exploreDeliveries(
      async ({ db, run }) => {
        await ensureCounterTable(db.client(), tableName);
        const answers: Answer[] = [];
        if (place === "apart")
          await putCounterWithoutList(db.client(), { id, value: INITIAL, now: db.clock.now() });
        const send = async () => {
          const store = storeOf(db, "inline");
          answers.push(await ask(() => store.hold(request)));
        };
        await run([send, send]);
        expect(answers).toEqual([INITIAL - AMOUNT, INITIAL - AMOUNT]);
        expect(await balanceOf(db)).toEqual({ value: INITIAL - AMOUNT, held: AMOUNT });
        expect((await storeOf(db, "inline").release(hold)).value).toBe(INITIAL);
      },
      { maxFaults, maxSchedules: 2_000 },
    );
    expect(failures.slice(0, 1)).toEqual([]);
    expect({ schedules, exhaustive }).toEqual({ schedules: count, exhaustive: true });
  },
);
