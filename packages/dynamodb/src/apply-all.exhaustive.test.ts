import { GetItemCommand, PutItemCommand, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import {
  decrement,
  increment,
  isCounterError,
  type ApplyAllResult,
  type CounterError,
} from "@durable-counter/core";
import { exploreDeliveries, type SimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { startsCompaction } from "./compaction.ts";
import { fingerprint, keyAttribute } from "./idempotency-key.ts";
import { recordFraction } from "./idempotency-record.ts";
import { createFullStore, type FullStore } from "./full-store.fixture.ts";
import { ensureCounterTable } from "./index.ts";
import { tableName, type Strategy } from "./simulated.fixture.ts";

const START = Date.UTC(2026, 0, 1);
const KEYS = Array.from({ length: 500 }, (_, n) => `key-${n}`);
const [key = "", rivalKey = ""] = KEYS.filter((name) => !startsCompaction(keyAttribute(name)));
const [compactingKey = ""] = KEYS.filter((name) => startsCompaction(keyAttribute(name)));

/** A request that is to move 2 from "a", which must not fall below 0, to "b", and writes an audit entry of its own. */
interface Situation {
  readonly title: string;
  readonly strategy?: Strategy;
  /** Who sends the request for the second time; by default another process. */
  readonly again?: "another process" | "the same process";
  /** Under which names the two send. By default under none. */
  readonly callers?: "same" | "different";
  /** What happens beside: a plain update takes 1 from "a", so that 2 are too much; or gives 1; or a second transfer. */
  readonly rival?: "takes" | "gives" | "transfers";
  /** What is there before: "a" is at 2 and "b" at 7. By default nothing, and the initial values are 2 and 0. */
  readonly before?: "values" | "write fence" | "expired keys" | "many keys";
  readonly maxFaults: number;
  readonly schedules: number;
}

const situations: readonly Situation[] = [
  { title: "for two processes", maxFaults: 1, schedules: 26 },
  { title: "for two processes beside a plain update", rival: "gives", maxFaults: 0, schedules: 16 },
  {
    title: "for one process that retries as it was told, beside a plain update that leaves too little",
    again: "the same process",
    rival: "takes",
    maxFaults: 1,
    schedules: 44,
  },
  {
    title: "for one process that retries as it was told, beside a transfer of another",
    again: "the same process",
    rival: "transfers",
    maxFaults: 1,
    schedules: 44,
  },
  {
    title: "for counters whose values are not known",
    before: "values",
    again: "the same process",
    rival: "takes",
    maxFaults: 1,
    schedules: 185,
  },
  {
    title: "for two processes of one caller, which a refusal is final for",
    callers: "same",
    rival: "takes",
    maxFaults: 0,
    schedules: 10,
  },
  {
    title: "for one caller that is refused and whose message may be late",
    again: "the same process",
    callers: "same",
    rival: "takes",
    maxFaults: 1,
    schedules: 56,
  },
  { title: "for two callers", callers: "different", rival: "takes", maxFaults: 0, schedules: 10 },
  {
    title: "behind a write fence",
    before: "write fence",
    again: "the same process",
    rival: "gives",
    maxFaults: 0,
    schedules: 20,
  },
  {
    title: "behind a write fence, with keys in items of their own",
    strategy: "separate-item",
    before: "write fence",
    again: "the same process",
    maxFaults: 1,
    schedules: 28,
  },
  {
    title: "beside the removal of expired keys",
    before: "expired keys",
    again: "the same process",
    rival: "gives",
    maxFaults: 0,
    schedules: 9,
  },
  {
    title: "beside a move of keys into separate items",
    before: "many keys",
    again: "the same process",
    rival: "gives",
    maxFaults: 0,
    schedules: 9,
  },
];

type Answer = ApplyAllResult | CounterError;

describe("in every order of messages, with every fate of each, a request to several counters that is sent twice counts once", () => {
  test.each(situations.map((each) => [each.title, each] as const))("%s", async (_, situation) => {
    const { failures, ...found } = await exploreDeliveries(
      async ({ db, run }) => {
        const rig = await createRig(db, situation);
        await run(rig.tasks);
        await rig.end();
      },
      { maxFaults: situation.maxFaults, dynamodb: { startAt: START } },
    );
    expect(failures.slice(0, 1)).toEqual([]);
    expect(found).toEqual({ schedules: situation.schedules, exhaustive: true });
  });
});

async function createRig(db: SimulatedDynamoDB, situation: Situation) {
  const { strategy = "auto", again = "another process", callers, rival, before } = situation;
  const calm = db.client({ maxAttempts: 1, requestTimeout: Infinity });
  await ensureCounterTable(calm, tableName);
  if (before !== undefined)
    for (const [id, value] of [
      ["a", 2],
      ["b", B],
    ] as const)
      await putCounter(calm, id, value, before);
  const createStore = () =>
    createFullStore({
      client: db.client({ maxAttempts: 1, requestTimeout: Infinity }),
      tableName,
      now: () => db.clock.now(),
      sleep: async () => {},
      random: () => 0,
      timeoutMs: 900_000, // Real time, which has no meaning here.
      idempotency: { strategy },
    });

  const answers: { readonly callerId: string | undefined; readonly answer: Answer }[] = [];
  const ask = async (store: FullStore, name: string): Promise<Answer> => {
    const callerId = callers === undefined ? undefined : name;
    const answer = await settled(store.applyAll(transferRequest(callerId), { alongside: [AUDIT] }));
    answers.push({ callerId, answer });
    return answer;
  };
  const retried = async (store: FullStore) => {
    const answer = await ask(store, "one");
    if (isCounterError(answer) && answer.retryable) await ask(store, "one");
  };

  let taken = 0; // by the rival, from "a"
  let given = 0; // by the rival, to "b"
  const rivals = {
    takes: async (store: FullStore) => {
      const request = {
        id: "a",
        commands: [decrement(1)],
        idempotencyKey: rivalKey,
        limits: { min: 0 },
        initial: 2,
      };
      if (await patiently(() => store.apply(request))) taken = 1;
    },
    gives: async (store: FullStore) => {
      const isCompacting = before === "expired keys" || before === "many keys";
      const idempotencyKey = isCompacting ? compactingKey : rivalKey;
      const request = { id: "a", commands: [increment(1)], idempotencyKey, initial: 2 };
      if (await patiently(() => store.apply(request))) taken = -1;
    },
    transfers: async (store: FullStore) => {
      const entries = [
        { id: "b", commands: [increment(1)] },
        { id: "a", commands: [decrement(1)], limits: { min: 0 }, initial: 2 },
      ];
      if (await patiently(() => store.applyAll({ entries, idempotencyKey: rivalKey })))
        [taken, given] = [1, 1];
    },
  };

  const one = createStore();
  const tasks: (() => Promise<unknown>)[] =
    again === "the same process"
      ? [() => retried(one)]
      : [() => ask(one, "one"), () => ask(createStore(), callers === "different" ? "two" : "one")];
  const rivalStore = createStore();
  if (rival !== undefined) tasks.push(() => rivals[rival](rivalStore));

  return {
    tasks,
    end: async () => {
      // At last somebody finds out what became of it.
      const last = await ask(createStore(), "one");
      const store = createStore();
      const values = [await store.get("a", { consistent: true }), await store.get("b", { consistent: true })];
      const { Item: audit } = await calm.send(new GetItemCommand({ TableName: tableName, Key: AUDIT_KEY }));
      const hasCounted = audit !== undefined;
      // An unwritten "a" is at 0 for a reader that does not know its initial value.
      const isWritten = before !== undefined || hasCounted || taken !== 0;
      const b = before === undefined ? 0 : B;
      const a = isWritten ? 2 - taken - (hasCounted ? 2 : 0) : 0;
      expect({ values, hasCounted }).toEqual({ values: [a, b + given + (hasCounted ? 2 : 0)], hasCounted });

      const applied = answers.flatMap(({ answer }) => (isCounterError(answer) ? [] : [answer.results]));
      expect(new Set(applied.map((results) => JSON.stringify(results))).size).toBeLessThan(2);
      if (applied.length > 0) expect(hasCounted).toBe(true);
      if (isCounterError(last))
        expect({ code: last.code, hasCounted }).toEqual({ code: "limit-exceeded", hasCounted: false });
      const isFinal = answers.some(
        ({ callerId, answer }) => callerId === "one" && isCounterError(answer, "limit-exceeded"),
      );
      if (isFinal && callers === "same") expect(hasCounted).toBe(false);
      const foreign = answers.filter(
        ({ answer }) => isCounterError(answer) && !answer.retryable && answer.code !== "limit-exceeded",
      );
      expect(foreign).toEqual([]);
    },
  };
}

/** Where "b" is before, if it is: not where it would start. */
const B = 7;
const AUDIT_KEY = { id: { S: "audit" }, sk: { S: key } };
const AUDIT: TransactWriteItem = {
  Put: { TableName: tableName, Item: AUDIT_KEY, ConditionExpression: "attribute_not_exists(id)" },
};

function transferRequest(callerId: string | undefined) {
  const entries = [
    { id: "a", commands: [decrement(2)], limits: { min: 0 }, initial: 2 },
    { id: "b", commands: [increment(2)] },
  ];
  return { entries, idempotencyKey: key, callerId };
}

async function settled(call: Promise<ApplyAllResult>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (isCounterError(error)) return error;
    throw error;
  }
}

/** Asks again until it is answered; false for a refusal. */
async function patiently(ask: () => Promise<unknown>): Promise<boolean> {
  for (;;) {
    try {
      await ask();
      return true;
    } catch (error) {
      if (isCounterError(error, "limit-exceeded")) return false;
      if (!isCounterError(error) || !error.retryable) throw error;
    }
  }
}

/** Enough for a move of keys. */
const MANY_KEYS = 97;

async function putCounter(
  client: ReturnType<SimulatedDynamoDB["client"]>,
  id: string,
  value: number,
  before: NonNullable<Situation["before"]>,
): Promise<void> {
  const seconds = START / 1_000;
  const recorded = (count: number, expiresAt: number) =>
    Array.from({ length: count }, (_, n) => [
      keyAttribute(`${expiresAt}-${n}`),
      { N: recordFraction({ expiresAt: expiresAt + n, fingerprint: fingerprint([increment(0)]) }) },
    ]);
  const Item = {
    id: { S: id },
    sk: { S: "value" },
    value: { N: String(value) },
    ...(before === "write fence" && { fence: { N: String(seconds + 600) } }),
    ...(before === "expired keys" && Object.fromEntries(recorded(1, seconds - 1_000))),
    ...(before === "many keys" && Object.fromEntries(recorded(MANY_KEYS, seconds + 300))),
  };
  await client.send(new PutItemCommand({ TableName: tableName, Item }));
}
