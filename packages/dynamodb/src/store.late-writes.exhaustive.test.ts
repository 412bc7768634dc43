import {
  decrement,
  increment,
  isCounterError,
  type ApplyRequest,
  type CounterStore,
} from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { startsCompaction } from "./compaction.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { lose, type LateWrite, type Loss } from "./late-write.fixture.ts";
import {
  createSimulation,
  NO_LATENCY,
  simulatedEngines,
  strategiesOf,
  type Strategy,
} from "./simulated.fixture.ts";

const id = "counter";
const RETENTION_SECONDS = 600;

/** Four requests whose amounts are bits: the value, which else moves by sixteens, tells which of them counted. */
const REQUESTS = Array.from({ length: 400 }, (_, n) => `t${n}`)
  .filter((idempotencyKey, n) => n < 2 || startsCompaction(keyAttribute(idempotencyKey)))
  .slice(0, 4)
  .map((idempotencyKey, bit) => ({ idempotencyKey, commands: [decrement(2 ** bit)] }));
const SIXTEEN = 16;

type Told = "counted" | "refused" | "unknown";

async function ask(store: CounterStore, request: ApplyRequest): Promise<Told> {
  try {
    await store.apply(request);
    return "counted";
  } catch (error) {
    if (isCounterError(error, "limit-exceeded")) return "refused";
    if (isCounterError(error) && error.retryable) return "unknown";
    throw error;
  }
}

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
        bit: fc.nat({ max: REQUESTS.length - 1 }),
        callerId: fc.constantFrom("a", "a", "b", undefined),
        /** By how much the clock of the process is ahead, in seconds. */
        ahead: fc.constantFrom(0, 0, 60),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("arrive" as const), at: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("move" as const), strategy, up: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.nat({ max: 15 }) }) },
  );

  test("a request counts once at most, what it is told is so, and what its caller was refused never counts for them", async () => {
    // Live keys over a minute: from 97 on, a compaction moves them out.
    const prefill = transactions ? fc.constantFrom(0, 0, 100) : fc.constant(0);
    const fence = transactions ? fc.constantFrom(undefined, 0, 880) : fc.constant(undefined);
    await fc.assert(
      fc.asyncProperty(
        prefill,
        fence,
        fc.array(event, { minLength: 4, maxLength: 30 }),
        async (prefilled, fencedFor, events) => {
          const db = await createSimulation({ transactions, latencyMs: NO_LATENCY });
          const { clock } = db;
          const network = db.client();
          const heldUp: LateWrite[] = [];
          const storeOf = (strategy: Strategy, client = network, ahead = 0) =>
            db.createStore({
              client,
              limits: { min: 0 },
              now: () => clock.now() + ahead * 1_000,
              idempotency: { strategy, retentionSeconds: RETENTION_SECONDS },
            });
          let moves = 0;
          const move = async (up: boolean, by: Strategy) => {
            const commands = [up ? increment(SIXTEEN) : decrement(SIXTEEN)];
            await ask(storeOf(by), { id, idempotencyKey: `move-${++moves}`, commands });
          };
          if (fencedFor !== undefined) {
            await move(true, "separate-item");
            await clock.sleep(fencedFor * 1_000); // the fence may lapse any time now
          }
          for (let n = 0; n < prefilled; n++) {
            await clock.sleep(600);
            await storeOf("inline").apply({ id, idempotencyKey: `before-${n}`, commands: [increment(0)] });
          }
          const asked = REQUESTS.map(() => ({ byCaller: new Map<string | undefined, Set<Told>>() }));
          const counts = async () => {
            const value = await storeOf("auto").get(id, { consistent: true });
            return (SIXTEEN - (value % SIXTEEN)) % SIXTEEN;
          };
          for (const next of events) {
            if (next.kind === "wait") await clock.sleep(next.seconds * 1_000);
            if (next.kind === "move") await move(next.up, next.strategy);
            if (next.kind === "arrive" && heldUp.length > 0) {
              const [late] = heldUp.splice(next.at % heldUp.length, 1);
              await network.send(late as never).catch(() => undefined);
            }
            if (next.kind !== "ask") continue;
            const client = lose(db.client({ maxAttempts: 1 }), next.loss, heldUp);
            const { callerId, bit } = next;
            const request = { id, ...(REQUESTS[bit] as (typeof REQUESTS)[number]), callerId };
            const told = await ask(storeOf(next.strategy, client, next.ahead), request);
            const { byCaller } = asked[bit] as (typeof asked)[number];
            const before = byCaller.get(callerId) ?? new Set();
            const wasCounted = Array.from(byCaller.values()).some((others) => others.has("counted"));
            expect({ wasCounted, told }).not.toEqual({ wasCounted: true, told: "refused" });
            byCaller.set(callerId, before.add(told));
          }
          for (const late of heldUp.toReversed()) await network.send(late as never).catch(() => undefined);

          const bits = await counts();
          for (const [bit, { byCaller }] of asked.entries()) {
            const hasCounted = (bits & (2 ** bit)) !== 0;
            const mayHave = Array.from(byCaller).some(
              ([callerId, told]) => callerId === undefined || !told.has("refused"),
            );
            const wasTold = Array.from(byCaller.values()).some((told) => told.has("counted"));
            expect({ bit, hasCounted }).toEqual({ bit, hasCounted: mayHave && (wasTold || hasCounted) });
          }
        },
      ),
      { numRuns: randomRuns(20) },
    );
  });
});
