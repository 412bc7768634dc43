import { decrement } from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import {
  checkLinearizable,
  holdModel,
  recordHolds,
  type HistoryOperation,
  type HoldInput,
  type HoldOutput,
} from "@durable-counter/testing";
import { EVERY_FAULT } from "@durable-counter/testing/dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { putCounterWithoutList } from "./moved-keys-overflow.fixture.ts";
import { createSimulation, simulatedEngines } from "./simulated.fixture.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const window = calendarWindow({ per: "minute" });
const options = { initial: 6, limits: { min: 0 } };
const withoutDuplicates = { ...EVERY_FAULT, duplicate: 0 };

type Recorded = HistoryOperation<HoldInput, HoldOutput>;

/** The exception of docs/guarantees.md: where the network duplicates a request, the second copy may still take effect after a refusal. */
function mayTakeEffectLater(call: Recorded): Recorded {
  const isRefused = call.output === "unknown" || call.output === "limit-exceeded";
  if (!isRefused) return call;
  const { end: _end, output: _output, ...request } = call;
  return { ...request, outcome: "unknown" };
}

const networks = [
  { network: "every fault but duplicates", faults: withoutDuplicates, seen: (call: Recorded) => call },
  { network: "every fault", faults: EVERY_FAULT, seen: mayTakeEffectLater },
];

describe.each(simulatedEngines)("on $engine", ({ transactions }) => {
  test.each(
    networks.flatMap((network) => [
      { ...network, counter: "a counter", own: {}, startAt: 0, hasList: true },
      // Holds are placed in items of their own.
      ...(transactions
        ? [{ ...network, counter: "a counter with many moved holds", own: {}, startAt: 0, hasList: false }]
        : []),
      // The clock passes the end of a window while holds are open.
      {
        ...network,
        counter: "a counter with windows",
        own: { window },
        startAt: MINUTE - 2_500,
        hasList: true,
      },
    ]),
  )(
    "what processes see that hold, commit and release one another's holds of $counter is linearizable, through a network with $network",
    async ({ faults, seen, own, startAt, hasList }) => {
      const rules = { ...options, ...own };
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const db = await createSimulation({ seed, faults, transactions, startAt: DAY + startAt });
          const written = { id: "a", value: options.initial, now: db.clock.now() };
          if (!hasList) await putCounterWithoutList(db.client(), written);
          const { history, call } = recordHolds(() => db.clock.now());
          const any = <T>(all: readonly [T, ...T[]]): T =>
            all[Math.floor(db.random() * all.length)] ?? all[0];
          const issued = new Map<string, number>();
          const issuedAt = (key: string) => {
            const first = issued.get(key) ?? db.clock.now();
            issued.set(key, first);
            return first;
          };
          const process = async (_: unknown, index: number) => {
            const clientOptions = { maxAttempts: 2, requestTimeout: 1_000 };
            const store = db.createStore({ ...rules, clientOptions });
            for (let n = 0; n < 5; n++) {
              const holdId = any(["x", "y", "z"]);
              const type = any([
                "hold",
                "hold",
                "commit",
                "commit one",
                "release",
                "get",
                "held",
                "apply",
              ] as const);
              if (type === "hold") {
                const expiresIn = holdId === "z" ? 30 : 3;
                const placed = { amount: 2, expiresIn, issuedAt: issuedAt(holdId) };
                await call(store, index, { type, holdId, ...placed });
              } else if (type === "commit one")
                await call(store, index, { type: "commit", holdId, amount: 1 });
              else if (type === "commit" || type === "release") await call(store, index, { type, holdId });
              else if (type === "get" || type === "held") await call(store, index, { type });
              else
                await call(store, index, { type, commands: [decrement()], idempotencyKey: `${index}-${n}` });
              if (any([true, false, false])) await db.clock.sleep(1_500);
            }
          };
          await Promise.all(Array.from({ length: 4 }, process));
          const result = checkLinearizable<unknown, HoldInput, HoldOutput>(
            history.map(seen),
            holdModel(rules),
          );
          const { summary } = db.network;
          expect(result.linearizable ? summary : `${summary} ${result.message}`).toBe(summary);
        }),
        { numRuns: randomRuns(8) },
      );
    },
  );
});
