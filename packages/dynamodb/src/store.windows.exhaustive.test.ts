import { increment, isCounterError, type ApplyResult, type CounterWindow } from "@durable-counter/core";
import { exploreDeliveries } from "@durable-counter/testing/dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { startsCompaction } from "./compaction.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { createDynamoDBCounterStore, ensureCounterTable } from "./index.ts";
import { lose, type LateWrite, type Loss } from "./late-write.fixture.ts";
import {
  createSimulation,
  NO_LATENCY,
  simulatedEngines,
  strategiesOf,
  tableName,
  type Strategy,
} from "./simulated.fixture.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const RETENTION_SECONDS = 200;
const id = "counter";
const window: CounterWindow = {
  name: "minute",
  at: (ms) => {
    const startsAt = Math.floor(ms / MINUTE) * MINUTE;
    return { startsAt, endsAt: startsAt + MINUTE };
  },
};

describe.each(simulatedEngines)("around the end of a window, on $engine", ({ transactions }) => {
  test.each(strategiesOf({ transactions }))(
    "a key that two processes send, one before and one after it, counts once: every order, one fault, %s",
    async (strategy) => {
      const { failures, exhaustive } = await exploreDeliveries(
        async ({ db, run }) => {
          await ensureCounterTable(db.client(), tableName);
          const storeAt = (now: number) =>
            createDynamoDBCounterStore({
              client: db.client({ maxAttempts: 1 }),
              tableName,
              window,
              now: () => now,
              sleep: async () => {},
              random: () => 0,
              idempotency: { strategy, retentionSeconds: RETENTION_SECONDS },
            });
          const request = { id, commands: [increment(1)], idempotencyKey: "t" };
          const [before, after] = [START + MINUTE - 1, START + MINUTE];
          const results: ApplyResult[] = [];
          const send = (now: number) => async () => {
            const sent = storeAt(now).apply(request);
            await sent.then(
              (result) => results.push(result),
              (error: unknown) => {
                if (!isCounterError(error) || !error.retryable) throw error;
              },
            );
          };
          await run([send(before), send(after)]);
          // Another process finds out, in a later window still.
          results.push(await storeAt(after + MINUTE).apply(request));
          const values = await Promise.all(
            [before, after, after + MINUTE].map((now) => storeAt(now).get(id, { consistent: true })),
          );
          expect(values.reduce((sum, value) => sum + value, 0)).toBe(1);
          const counted = START + MINUTE * (values.indexOf(1) + 1);
          for (const result of results) expect(result).toMatchObject({ value: 1, resetsAt: counted });
          expect(results.filter(({ replayed }) => !replayed).length).toBeLessThanOrEqual(1);
        },
        { maxFaults: 1, dynamodb: { startAt: START, transactions } },
      );
      expect({ exhaustive, failures }).toEqual({ exhaustive: true, failures: [] });
    },
  );
});

/** Requests whose amounts are digits to the base 4: the sum of all windows tells how often each of them counted. */
const BASE = 4;
const REQUESTS = Array.from({ length: 400 }, (_, n) => `t${n}`)
  .filter((key, n) => n < 2 || startsCompaction(keyAttribute(`${key}\n${window.name}`)))
  .slice(0, 3)
  .map((idempotencyKey, n) => ({ id, idempotencyKey, commands: [increment(BASE ** n)] }));

describe.each(simulatedEngines)("whatever arrives late, on $engine", ({ transactions }) => {
  const strategy = fc.constantFrom(...strategiesOf({ transactions }));
  const loss = fc.option(
    fc.record({
      write: fc.nat({ max: 2 }),
      kind: fc.constantFrom<Loss["kind"]>("held-up", "held-up", "unanswered"),
    }),
    { nil: undefined },
  );
  const event = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("ask" as const),
        strategy,
        loss,
        request: fc.nat({ max: REQUESTS.length - 1 }),
        /** Whether the caller knows when it was issued. */
        isTimed: fc.boolean(),
        callerId: fc.constantFrom("a", "b", undefined),
        aheadSeconds: fc.constantFrom(0, 0, -30, 30),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("arrive" as const), at: fc.nat() }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.constantFrom(1, 20, 59) }),
    },
  );

  test("a request counts once in all windows together, and every answer names the window in which it counted", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 4, maxLength: 24 }), async (events) => {
        const simulation = await createSimulation({ transactions, latencyMs: NO_LATENCY, startAt: START });
        const { clock } = simulation;
        const heldUp: { readonly sentAt: number; readonly write: LateWrite }[] = [];
        const storeOf = (by: Strategy, client = simulation.client(), now = () => clock.now()) =>
          simulation.createStore({
            client,
            window,
            now,
            idempotency: { strategy: by, retentionSeconds: RETENTION_SECONDS },
          });
        const arrive = (at: number) => {
          const [late] = heldUp.splice(at % heldUp.length, 1);
          // AWS refuses the signature of a request that is older.
          if (late === undefined || clock.now() - late.sentAt > 300_000) return Promise.resolve();
          return simulation
            .client()
            .send(late.write as never)
            .catch(() => undefined);
        };
        const issued = new Map<number, number>();
        const answers = new Map<number, ApplyResult[]>();
        for (const next of events) {
          if (next.kind === "wait") await clock.sleep(next.seconds * 1_000);
          if (next.kind === "arrive" && heldUp.length > 0) await arrive(next.at);
          if (next.kind !== "ask") continue;
          const now = () => clock.now() + next.aheadSeconds * 1_000;
          // With a time, no sender takes the request for a new one; without it, its key is recorded for as long.
          if (!issued.has(next.request)) issued.set(next.request, now());
          const issuedAt = issued.get(next.request) ?? 0;
          if (clock.now() - issuedAt > (RETENTION_SECONDS - 90) * 1_000) continue;
          const lost: LateWrite[] = [];
          const client = lose(simulation.client({ maxAttempts: 1 }), next.loss, lost);
          const request = REQUESTS[next.request] as (typeof REQUESTS)[number];
          const asked = { ...request, callerId: next.callerId, ...(next.isTimed && { issuedAt }) };
          await storeOf(next.strategy, client, now)
            .apply(asked)
            .then(
              (result) => answers.set(next.request, [...(answers.get(next.request) ?? []), result]),
              (error: unknown) => {
                if (!isCounterError(error) || !error.retryable) throw error;
              },
            );
          heldUp.push(...lost.map((write) => ({ sentAt: clock.now(), write })));
        }
        while (heldUp.length > 0) await arrive(0);

        const valueOf = async (ms: number) =>
          storeOf("auto", undefined, () => ms).get(id, { consistent: true });
        const values = new Map<number, number>();
        for (let at = START - 2 * MINUTE; at <= clock.now() + 2 * MINUTE; at += MINUTE)
          values.set(at + MINUTE, await valueOf(at));
        const digitOf = (value: number, n: number) => Math.floor(value / BASE ** n) % BASE;
        for (const n of REQUESTS.keys()) {
          const windows = Array.from(values).filter(([, value]) => digitOf(value, n) > 0);
          const times = windows.reduce((sum, [, value]) => sum + digitOf(value, n), 0);
          const told = answers.get(n) ?? [];
          expect({ n, times }).toEqual({ n, times: told.length > 0 ? 1 : Math.min(times, 1) });
          for (const { resetsAt } of told) expect(resetsAt).toBe(windows[0]?.[0]);
          expect(told.filter(({ replayed }) => !replayed).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: randomRuns(25) },
    );
  });
});
