import { increment, isCounterError, type ApplyRequest, type ApplyResult } from "@durable-counter/core";
import { localClient, type RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { startsCompaction } from "./compaction.ts";
import { hasTransactions, startEngines } from "./engines.fixture.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { createDynamoDBCounterStore, ensureCounterTable, type DynamoDBCounterStoreOptions } from "./index.ts";
import { codeOf, errorOf, losingClient } from "./lost-replies.fixture.ts";

const engines = await startEngines();
const tableName = "counters";
await Promise.all(engines.map(({ client }) => ensureCounterTable(client, tableName)));
const START = Math.floor(Date.now() / 1_000) * 1_000;
const COMPACTING = Array.from({ length: 4_000 }, (_, n) => `other-${n}`).filter((key) =>
  startsCompaction(keyAttribute(key)),
);
let counters = 0;

function setUp({ client, endpoint }: RunningDynamoDB, options: Partial<DynamoDBCounterStoreOptions> = {}) {
  const id = `counter-${++counters}`;
  const clock = { now: START };
  const losing = losingClient(endpoint);
  const store = (own = client) =>
    createDynamoDBCounterStore({ client: own, tableName, now: () => clock.now, ...options });
  let others = 0;
  /** Other writers go on, and remove what has expired. */
  const writeOthers = async () => {
    for (let n = 0; n < 2; n++) {
      const idempotencyKey = COMPACTING[others++] ?? "";
      await store().apply({ id, commands: [increment()], idempotencyKey });
    }
  };
  const value = () => store().get(id, { consistent: true });
  return { id, clock, store, losing, writeOthers, value };
}

/** Whether a request was replayed or counted; the code of its error, if it failed. */
async function answerOf(asked: Promise<ApplyResult>): Promise<string> {
  return asked.then(
    ({ replayed }) => (replayed ? "replayed" : "counted"),
    () => codeOf(asked),
  );
}

const strategies = engines.flatMap((engine) =>
  (hasTransactions(engine) ? (["inline", "separate-item"] as const) : (["inline"] as const)).map(
    (strategy) => ({
      engine,
      name: engine.engine,
      strategy,
    }),
  ),
);

describe.each(strategies)("the deadline of retries, on $name, $strategy", ({ engine, strategy }) => {
  const idempotency = { strategy };

  test.each([
    { retriedBy: "the same store", withIssuedAt: false },
    { retriedBy: "the same store", withIssuedAt: true },
    { retriedBy: "another process", withIssuedAt: false },
    { retriedBy: "another process", withIssuedAt: true },
  ])(
    "is that of the first request for a generated key, retried by $retriedBy, with issuedAt: $withIssuedAt",
    async ({ retriedBy, withIssuedAt }) => {
      const { id, clock, store, losing, writeOthers, value } = setUp(engine, { idempotency });
      const first = store(losing.client);
      const retrying = () => (retriedBy === "the same store" ? first : store(losing.client));
      const commands = [increment(100)];
      const { details } = await errorOf(first.apply({ id, commands }));
      expect(details).toEqual({
        idempotencyKey: expect.any(String),
        issuedAt: START,
        retryUntil: START + 120_000,
      });
      const { idempotencyKey, issuedAt } = details as { idempotencyKey: string; issuedAt: number };
      const retry: ApplyRequest = { id, commands, idempotencyKey, ...(withIssuedAt && { issuedAt }) };

      clock.now = START + 100_000;
      const unanswered: unknown = await retrying()
        .apply(retry)
        .catch((error: unknown) => error);
      // The first attempt was applied, so the condition of the retry fails, which says so unless that reply is lost too.
      expect(isCounterError(unanswered, "outcome-unknown") && unanswered.details).toEqual(details);

      await writeOthers();
      clock.now = START + 700_000;
      await writeOthers();
      losing.control.isLosing = false;
      expect(await answerOf(retrying().apply(retry))).toMatch(/^(replayed|idempotency-key-expired)$/u);
      expect(await value()).toBe(104);
    },
  );

  test.each([
    { retriedBy: "the same store", withIssuedAt: false },
    { retriedBy: "the same store", withIssuedAt: true },
    { retriedBy: "another process", withIssuedAt: true },
  ])(
    "is that of the first request for a caller's key, retried by $retriedBy, with issuedAt: $withIssuedAt",
    async ({ retriedBy, withIssuedAt }) => {
      const { id, clock, store, losing, writeOthers, value } = setUp(engine, { idempotency });
      const first = store(losing.client);
      const retrying = () => (retriedBy === "the same store" ? first : store(losing.client));
      const request = { id, commands: [increment(100)], idempotencyKey: "t" };
      const { details } = await errorOf(first.apply(request));
      expect(details).toEqual({ idempotencyKey: "t", issuedAt: START, retryUntil: START + 3_600_000 });
      const retry = { ...request, ...(withIssuedAt && { issuedAt: details["issuedAt"] as number }) };

      clock.now = START + 3_500_000;
      expect((await errorOf(retrying().apply(retry))).details).toEqual(details);

      await writeOthers();
      clock.now = START + 4_100_000;
      await writeOthers();
      losing.control.isLosing = false;
      expect(await answerOf(retrying().apply(retry))).toMatch(/^(replayed|idempotency-key-expired)$/u);
      expect(await value()).toBe(104);
    },
  );
});

describe.each(engines)("the deadline of retries, on $engine", (engine) => {
  test("is that of the first attempt, where a retry of the AWS SDK hangs beyond the retention period", async () => {
    const { id, clock, store, writeOthers, value } = setUp(engine);
    const client = localClient(engine.endpoint, { maxAttempts: 2 });
    let attempts = 0;
    client.middlewareStack.add(
      (next) => async (args) => {
        attempts++;
        if (attempts === 1)
          await next(args); // applied, and the reply is lost
        else if (attempts === 2) {
          clock.now = START + 5_000_000;
          await writeOthers(); // which remove the key
        } else return next(args);
        throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
      },
      { step: "deserialize", priority: "low" },
    );
    const hanging = store(client);
    const request = { id, commands: [increment(100)], idempotencyKey: "t" };
    const { code, details } = await errorOf(hanging.apply(request));
    expect({ code, details }).toEqual({
      code: "outcome-unknown",
      details: { idempotencyKey: "t", issuedAt: START, retryUntil: START + 3_600_000 },
    });
    expect(await codeOf(hanging.apply(request))).toBe("idempotency-key-expired");
    expect(await codeOf(store().apply({ ...request, issuedAt: START }))).toBe("idempotency-key-expired");
    expect(await value()).toBe(102);
    client.destroy();
  });

  test("is kept for as long as a key that was issued a little ahead of the store's clock is accepted", async () => {
    const { id, clock, store, writeOthers, value } = setUp(engine);
    const request = { id, commands: [increment(100)], idempotencyKey: "t", issuedAt: START + 400_000 };
    await store().apply(request);
    clock.now = request.issuedAt + 3_600_000 - 1; // an attempt that leaves now may take five minutes to arrive
    clock.now += 300_000;
    await writeOthers();
    clock.now -= 300_000;
    expect(await store().apply(request)).toMatchObject({ replayed: true });
    expect(await value()).toBe(102);
  });
});
