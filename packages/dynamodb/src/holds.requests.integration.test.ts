import { increment } from "@durable-counter/core";
import { expect, test } from "vitest";
import { borrowDynamoDB } from "../../../scripts/test/borrow-dynamodb.ts";
import { listRequests } from "./client-middleware.fixture.ts";
import { startsCompaction } from "./compaction.ts";
import { hasTransactions } from "./engines.fixture.ts";
import { createFullStore } from "./full-store.fixture.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { ensureCounterTable } from "./index.ts";
import { errorOf } from "./lost-replies.fixture.ts";
import { createStoreWithMovedHolds } from "./moved-holds.fixture.ts";
import { putCounterWithoutList } from "./moved-keys-overflow.fixture.ts";
import { tableName } from "./simulated.fixture.ts";

const engine = await borrowDynamoDB();
const { client } = engine;

const names = Array.from({ length: 20 }, (_, n) => `order-${n}`);
const [first = "", second = "", third = "", fourth = ""] = names.filter(
  (name) => !startsCompaction(keyAttribute(name)),
);
const options = { client, tableName, initial: 100 };

// The simulated DynamoDB answers a transaction that failed as this engine does.
test.runIf(hasTransactions(engine))(
  "DynamoDB Local takes each request of moved holds, and tells why it failed",
  async () => {
    await ensureCounterTable(client, tableName);
    const sent = listRequests(client);
    const requestsOf = async (call: () => Promise<unknown>) => {
      sent.splice(0);
      await call();
      return sent.splice(0);
    };
    const hold = (id: string, idempotencyKey: string) => ({ id, amount: 4, expiresIn: 900, idempotencyKey });

    await createStoreWithMovedHolds(options).hold(hold("listed", first));
    const [one, other] = [createFullStore(options), createFullStore(options)];
    expect(await requestsOf(() => one.hold(hold("listed", second)))).toEqual(["UpdateItem"]);
    expect(await one.hold(hold("listed", first))).toMatchObject({ replayed: true });
    expect(await requestsOf(() => one.commit({ id: "listed", holdId: second, amount: 1 }))).toEqual([
      "UpdateItem",
    ]);

    const id = "unlisted";
    await putCounterWithoutList(client, { id, value: 100, now: Date.now() });
    await one.hold(hold(id, first));
    for (const name of [second, third, fourth])
      expect(await requestsOf(() => one.hold(hold(id, name)))).toEqual(["TransactWriteItems"]);
    expect(await requestsOf(() => one.commit({ id, holdId: first }))).toEqual(["TransactWriteItems"]);
    await other.release({ id, holdId: second });
    expect(await requestsOf(() => other.commit({ id, holdId: third, amount: 1 }))).toEqual([
      "TransactGetItems",
      "TransactWriteItems",
    ]);
    expect(await requestsOf(() => errorOf(one.commit({ id, holdId: second })))).toEqual([
      "TransactWriteItems",
      "GetItem",
    ]);
    await other.apply({ id, commands: [increment()] });
    expect(await one.hold(hold(id, fourth))).toMatchObject({ replayed: true });
    expect(await one.release({ id, holdId: fourth })).toEqual({ value: 100 - 4 - 1 + 1, replayed: false });
    expect(await one.held(id)).toBe(0);
  },
);
