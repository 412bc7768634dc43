import { PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { increment } from "@durable-counter/core";
import type { Message } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { listRequests } from "./client-middleware.fixture.ts";
import { startsCompaction } from "./compaction.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { errorOf } from "./lost-replies.fixture.ts";
import { createStoreWithMovedHolds } from "./moved-holds.fixture.ts";
import { putCounterWithoutList } from "./moved-keys-overflow.fixture.ts";
import { createSimulation, NO_LATENCY, tableName } from "./simulated.fixture.ts";

const id = "stock";
const INITIAL = 100;
const MINUTE = 60_000;

const names = Array.from({ length: 200 }, (_, n) => `order-${n}`);
/** After these, no compaction comes. */
const orders = names.filter((name) => !startsCompaction(keyAttribute(name)));
const compacting = names.find((name) => startsCompaction(keyAttribute(name))) ?? "";
const [first = "", second = "", third = "", fourth = ""] = orders;

const hold = (idempotencyKey: string, expiresIn = 900) => ({ id, amount: 4, expiresIn, idempotencyKey });

async function setUp({ hasList }: { hasList: boolean }) {
  const messages: Message[] = [];
  const db = await createSimulation({
    latencyMs: NO_LATENCY,
    onRequest: (message) => {
      messages.push(message);
      message.execute();
      message.reply();
    },
  });
  if (!hasList) await putCounterWithoutList(db.client(), { id, value: INITIAL, now: db.clock.now() });
  const newProcess = () => {
    const client = db.client();
    const sent = listRequests(client);
    const store = db.createStore({ client, initial: INITIAL, limits: { min: 0 } });
    /** What one call sends. */
    const requestsOf = async (call: (own: typeof store) => Promise<unknown>) => {
      sent.splice(0);
      await call(store);
      return sent.splice(0);
    };
    return { store, client, requestsOf };
  };
  /** Executes again, now, every write that was sent up to now. */
  const deliverAgain = () => {
    for (const message of messages) if (/Write|Update/u.test(message.operation)) message.execute();
  };
  return { db, newProcess, deliverAgain };
}

const UPDATE = ["UpdateItem"];
const TRANSACTION = ["TransactWriteItems"];

describe("beside moved holds that the counter lists", () => {
  const start = async () => {
    const { db, ...others } = await setUp({ hasList: true });
    const now = () => db.clock.now();
    const moving = createStoreWithMovedHolds({ client: db.client(), tableName, now, initial: INITIAL });
    await moving.hold(hold(first));
    return { db, ...others };
  };

  test("a hold is one request in a process that has never seen the counter, and so is any write after the first", async () => {
    const { newProcess } = await start();
    const placing = newProcess();
    for (const name of [second, fourth])
      expect(await placing.requestsOf((store) => store.hold(hold(name)))).toEqual(UPDATE);
    const { requestsOf } = newProcess();
    const apply = (idempotencyKey: string) =>
      requestsOf((store) => store.apply({ id, commands: [increment()], idempotencyKey }));
    expect(await apply("one")).toEqual([...UPDATE, ...UPDATE]);
    expect(await apply("two")).toEqual(UPDATE);
    expect(await requestsOf((store) => store.hold(hold(third)))).toEqual(UPDATE);
  });

  test("the end of a moved hold takes three requests in a new process, which then knows of the list", async () => {
    const { newProcess } = await start();
    const { requestsOf } = newProcess();
    expect(await requestsOf((store) => store.release({ id, holdId: first }))).toEqual([
      ...UPDATE,
      "GetItem",
      ...TRANSACTION,
    ]);
    expect(await requestsOf((store) => store.hold(hold(second)))).toEqual(UPDATE);
  });

  test("a list of moved keys lets no hold pass the fence of a newer version", async () => {
    const { db, newProcess } = await setUp({ hasList: true });
    const newer = { value: { N: "9" }, fence: { N: "99999999999" }, moved: { S: "" } };
    const Item = { id: { S: id }, sk: { S: "value" }, ...newer };
    await db.client().send(new PutItemCommand({ TableName: tableName, Item }));
    expect(await errorOf(newProcess().store.hold(hold(first)))).toMatchObject({ code: "misconfigured" });
  });

  test("a moved hold that is sent again by another process is not placed again", async () => {
    const { newProcess } = await start();
    const { store } = newProcess();
    await store.hold(hold(second));
    expect(await store.hold(hold(first))).toMatchObject({ value: INITIAL - 4, replayed: true });
    expect(await newProcess().store.hold(hold(first))).toMatchObject({ replayed: true });
    expect(await store.held(id)).toBe(8);
    const batch = { id, commands: [increment()], idempotencyKey: first };
    expect(await errorOf(store.apply(batch))).toMatchObject({ code: "idempotency-key-reused" });
  });
});

test("a commit of a part is one request in the process that has placed the hold, and two in another", async () => {
  const { newProcess } = await setUp({ hasList: true });
  const { store, requestsOf } = newProcess();
  for (const name of [first, second, third]) await store.hold(hold(name));
  const commit = (holdId: string) => (own: typeof store) => own.commit({ id, holdId, amount: 1 });
  expect(await requestsOf(commit(first))).toEqual(UPDATE);
  const other = newProcess();
  expect(await other.requestsOf(commit(second))).toEqual([...UPDATE, ...UPDATE]);
  expect(await store.get(id, { consistent: true })).toBe(INITIAL - 4 - 1 - 1);
  // It ended in another process, or holds less.
  expect(await store.commit({ id, holdId: second, amount: 1 })).toMatchObject({ replayed: true });
  expect(await errorOf(store.commit({ id, holdId: second, amount: 2 }))).toMatchObject({
    details: { hold: "committed" },
  });
  expect(await errorOf(store.commit({ id, holdId: third, amount: 9 }))).toMatchObject({
    details: { hold: "open" },
  });
});

test("of many holds, the eight newest stay in the counter's item", async () => {
  const { db, newProcess } = await setUp({ hasList: true });
  const { store, requestsOf } = newProcess();
  for (const name of orders.slice(0, 40)) {
    await store.hold({ ...hold(name), amount: 1 });
    await db.clock.sleep(1_000);
  }
  expect(await requestsOf(() => store.hold(hold(compacting)))).toEqual([...UPDATE, ...TRANSACTION]);
  const newest = orders[39] ?? "";
  expect(await requestsOf(() => store.commit({ id, holdId: newest }))).toEqual(UPDATE);
  const { Items: items = [] } = await db.client().send(new ScanCommand({ TableName: tableName }));
  const [counter = {}] = items.filter(({ sk }) => sk?.S === "value");
  expect(Object.keys(counter).filter((name) => name.startsWith("a#"))).toHaveLength(8);
  // The process that has moved the others ends them by one request.
  expect(await requestsOf(() => store.commit({ id, holdId: first }))).toEqual(TRANSACTION);
});

describe("beside more moved holds than a counter lists", () => {
  test("a hold is one request, which places it in items of its own, and so is its end", async () => {
    const { newProcess } = await setUp({ hasList: false });
    const { store, requestsOf } = newProcess();
    expect(await requestsOf(() => store.hold(hold(first)))).toEqual([...UPDATE, ...TRANSACTION]);
    for (const [name, expiresIn] of [
      [second, 900],
      [third, 60],
      [fourth, 9_000],
    ] as const)
      expect(await requestsOf(() => store.hold(hold(name, expiresIn)))).toEqual(TRANSACTION);
    expect(await store.held(id)).toBe(16);
    expect(await requestsOf(() => store.commit({ id, holdId: first }))).toEqual(TRANSACTION);
    expect(await requestsOf(() => store.commit({ id, holdId: second, amount: 1 }))).toEqual(TRANSACTION);
    expect(await requestsOf(() => store.release({ id, holdId: third }))).toEqual(TRANSACTION);
    expect(await store.get(id, { consistent: true })).toBe(INITIAL - 4 - 1 - 4);
    expect(await store.held(id)).toBe(4);
  });

  test("an end takes two requests in a process that knows only the counter, and three in a new one", async () => {
    const { newProcess } = await setUp({ hasList: false });
    for (const name of [first, second, third]) await newProcess().store.hold(hold(name));
    const { store, requestsOf } = newProcess();
    expect(await requestsOf(() => store.release({ id, holdId: first }))).toEqual([
      ...UPDATE,
      "GetItem",
      ...TRANSACTION,
    ]);
    expect(await requestsOf(() => store.commit({ id, holdId: second }))).toEqual([
      "TransactGetItems",
      ...TRANSACTION,
    ]);
    // The answer to the same request, and to another one.
    expect(await requestsOf(() => store.commit({ id, holdId: second }))).toEqual(["TransactGetItems"]);
    const other = newProcess();
    expect(await errorOf(other.store.release({ id, holdId: second }))).toMatchObject({
      details: { hold: "committed" },
    });
    expect(await store.held(id)).toBe(4);
  });

  test("an end takes two requests where the value is not as the process knows it", async () => {
    const { newProcess } = await setUp({ hasList: false });
    const { store, requestsOf } = newProcess();
    for (const name of [first, second]) await store.hold(hold(name));
    await newProcess().store.apply({ id, commands: [increment()], idempotencyKey: "another" });
    const release = (holdId: string) => requestsOf(() => store.release({ id, holdId }));
    expect(await release(first)).toEqual([...TRANSACTION, ...TRANSACTION]);
    expect(await release(second)).toEqual(["TransactGetItems", ...TRANSACTION]);
    expect(await store.get(id, { consistent: true })).toBe(INITIAL + 1);
  });

  test("a hold that another process has ended is found to have ended", async () => {
    const { newProcess } = await setUp({ hasList: false });
    const { store, requestsOf } = newProcess();
    for (const name of [first, second]) await store.hold(hold(name));
    for (const holdId of [first, second]) await newProcess().store.commit({ id, holdId });
    // Not that it holds less than 9: it has ended.
    expect(await errorOf(store.commit({ id, holdId: first, amount: 9 }))).toMatchObject({
      details: { hold: "committed" },
    });
    expect(await requestsOf((own) => own.commit({ id, holdId: second }))).toEqual([
      ...TRANSACTION,
      "GetItem",
    ]);
    expect(await store.get(id, { consistent: true })).toBe(INITIAL - 8);
  });

  test("a hold expires in time, though a process that did not know of it has placed another one", async () => {
    const { db, newProcess } = await setUp({ hasList: false });
    const { store } = newProcess();
    await store.hold(hold(first));
    // The fence and the value are as the process knows them, but not when the first hold expires.
    const other = newProcess().store;
    await other.hold(hold(compacting, 60));
    await other.apply({ id, commands: [increment(4)], idempotencyKey: "as before" });
    await store.hold(hold(second));
    await db.clock.sleep(MINUTE);
    expect(await store.get(id, { consistent: true })).toBe(INITIAL - 4);
  });

  test("what is left of a hold gives nothing to a counter that was written anew", async () => {
    const { db, newProcess } = await setUp({ hasList: false });
    const { store } = newProcess();
    await store.hold(hold(first));
    const { Items: left = [] } = await db.client().send(new ScanCommand({ TableName: tableName }));
    const other = newProcess().store;
    await other.delete(id);
    await other.hold(hold(second)); // the same value as before, and something is held
    for (const Item of left.filter(({ sk }) => sk?.S !== "value"))
      await db.client().send(new PutItemCommand({ TableName: tableName, Item }));
    expect(await errorOf(store.release({ id, holdId: first }))).toMatchObject({
      details: { hold: "unknown" },
    });
    expect(await other.get(id, { consistent: true })).toBe(INITIAL - 4);
  });

  test("a release that was applied before is answered with the value after it, however late that is noticed", async () => {
    const { newProcess } = await setUp({ hasList: false });
    await newProcess().store.hold(hold(first));
    const { store, client } = newProcess();
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          // The item was seen; the hold ends before the key item is.
          if (commandName === "GetItemCommand") await newProcess().store.release({ id, holdId: first });
          return next(args);
        },
      { step: "initialize" },
    );
    expect(await store.release({ id, holdId: first })).toEqual({ value: INITIAL, replayed: true });
  });

  test("a process that does not know the value places its holds in the counter's item for a minute", async () => {
    const { db, newProcess } = await setUp({ hasList: false });
    const { store, requestsOf } = newProcess();
    await store.hold(hold(first));
    await newProcess().store.apply({ id, commands: [increment()], idempotencyKey: "another" });
    const place = (name: string) => requestsOf(() => store.hold(hold(name)));
    expect(await place(second)).toEqual([...TRANSACTION, "GetItem", ...UPDATE]);
    // It knows where they are.
    expect(await requestsOf(() => store.commit({ id, holdId: second }))).toEqual(UPDATE);
    expect(await place(third)).toEqual(["GetItem", ...UPDATE]);
    await db.clock.sleep(MINUTE);
    expect(await place(fourth)).toEqual(TRANSACTION);
    expect(await store.held(id)).toBe(12);
  });

  test("a write of a process that knows the fence from before takes two requests more", async () => {
    const { newProcess } = await setUp({ hasList: false });
    const { requestsOf } = newProcess();
    const apply = (idempotencyKey: string) =>
      requestsOf((store) => store.apply({ id, commands: [increment()], idempotencyKey }));
    await apply("one");
    expect(await apply("two")).toEqual(["GetItem", ...UPDATE]);
    await newProcess().store.hold(hold(first));
    expect(await apply("three")).toEqual(["GetItem", ...UPDATE, "GetItem", ...UPDATE]);
  });

  test("one hold in 32 is placed in the counter's item, so that compactions go on", async () => {
    const { newProcess } = await setUp({ hasList: false });
    const { store, requestsOf } = newProcess();
    await store.hold(hold(first));
    expect(await requestsOf(() => store.hold(hold(compacting)))).toEqual(["GetItem", ...UPDATE]);
  });

  test("a role that may not write other items places its holds in the counter's item", async () => {
    const { newProcess } = await setUp({ hasList: false });
    const { store, client, requestsOf } = newProcess();
    await store.hold(hold(first));
    client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName !== "TransactWriteItemsCommand") return next(args);
          throw Object.assign(new Error("not authorized"), {
            name: "AccessDeniedException",
            $fault: "client",
          });
        },
      { step: "deserialize", priority: "low" },
    );
    expect(await requestsOf(() => store.hold(hold(second)))).toEqual([...TRANSACTION, "GetItem", ...UPDATE]);
    expect(await requestsOf(() => store.hold(hold(third)))).toEqual(["GetItem", ...UPDATE]);
  });

  test("a hold that is sent again is answered as before, and a refusal is one", async () => {
    const { newProcess } = await setUp({ hasList: false });
    const { store } = newProcess();
    const placed = await store.hold(hold(first));
    expect(await store.hold(hold(first))).toEqual({ ...placed, replayed: true });
    expect(await newProcess().store.hold(hold(first))).toEqual({ ...placed, replayed: true });
    expect(await errorOf(store.hold({ ...hold(first), amount: 5 }))).toMatchObject({
      code: "idempotency-key-reused",
    });
    const tooMuch = { ...hold(second), amount: INITIAL, callerId: "c" };
    expect(await errorOf(store.hold(tooMuch))).toMatchObject({ code: "limit-exceeded" });
    await store.release({ id, holdId: first });
    expect(await errorOf(store.hold(tooMuch))).toMatchObject({ code: "limit-exceeded" });
    expect(await store.hold({ ...tooMuch, callerId: "d" })).toMatchObject({ value: 0 });
  });

  test("late copies of what was sent change nothing", async () => {
    const { db, newProcess, deliverAgain } = await setUp({ hasList: false });
    const { store } = newProcess();
    for (const name of [first, second, third]) await store.hold(hold(name));
    await store.commit({ id, holdId: first });
    await store.release({ id, holdId: second });
    const state = async () => [await store.get(id, { consistent: true }), await store.held(id)];
    const before = await state();
    expect(before).toEqual([INITIAL - 8, 4]);
    await db.clock.sleep(11 * MINUTE); // DynamoDB itself knows a transaction again for ten
    deliverAgain();
    expect(await state()).toEqual(before);
  });
});

test("holds need the permissions that the README names, and the error of a role without one names it", async () => {
  const db = await createSimulation({ latencyMs: NO_LATENCY });
  const actions = new Set<string>();
  let denied = "";
  const actionsOf = (operation: string, input: object) => {
    const { TransactItems } = input as { readonly TransactItems?: readonly object[] }; // undefined unless it is a transaction
    return TransactItems?.flatMap((item) => Object.keys(item).map((part) => `${part}Item`)) ?? [operation];
  };
  const newProcess = () => {
    const client = db.client();
    client.middlewareStack.add(
      (next, { commandName = "" }) =>
        (args) => {
          const needed = actionsOf(commandName.replace("Command", ""), args.input);
          if (needed.includes(denied)) {
            const error = { name: "AccessDeniedException", $fault: "client" };
            throw Object.assign(new Error(`not authorized to perform: dynamodb:${denied}`), error);
          }
          for (const action of needed) actions.add(action);
          return next(args);
        },
      { step: "deserialize", priority: "low" },
    );
    return db.createStore({ client, initial: 1_000 });
  };
  const store = newProcess();
  for (const name of names) {
    await store.hold(hold(name));
    await db.clock.sleep(1_000);
  }
  denied = "DeleteItem";
  const message = expect.stringContaining("Query and DeleteItem for holds") as string;
  expect(await errorOf(newProcess().commit({ id, holdId: first }))).toMatchObject({ message });
  denied = "";
  await newProcess().commit({ id, holdId: first });
  await db.clock.sleep(15 * MINUTE);
  denied = "Query";
  expect(await errorOf(newProcess().get(id))).toMatchObject({ code: "misconfigured", message });
  denied = "";
  expect(await newProcess().get(id)).toBe(1_000 - 4);
  expect([...actions].toSorted()).toEqual(["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"]);
});
