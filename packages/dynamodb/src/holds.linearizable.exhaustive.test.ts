import { decrement } from "@durable-counter/core";
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
import { createSimulation, simulatedEngines } from "./simulated.fixture.ts";

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
  test.each(networks)(
    "what processes see that hold, commit and release one another's holds is linearizable, through a network with $network",
    async ({ faults, seen }) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const db = await createSimulation({ seed, faults, transactions });
          const { history, call } = recordHolds(() => db.clock.now());
          const any = <T>(all: readonly [T, ...T[]]): T =>
            all[Math.floor(db.random() * all.length)] ?? all[0];
          const process = async (_: unknown, index: number) => {
            const clientOptions = { maxAttempts: 2, requestTimeout: 1_000 };
            const store = db.createStore({ ...options, clientOptions });
            for (let n = 0; n < 5; n++) {
              const holdId = any(["x", "y", "z"]);
              await call(
                store,
                index,
                any([
                  { type: "hold", holdId, amount: 2, expiresIn: 3 },
                  { type: "hold", holdId, amount: 2, expiresIn: 3 },
                  { type: "commit", holdId },
                  { type: "commit", holdId, amount: 1 },
                  { type: "release", holdId },
                  { type: "get" },
                  { type: "held" },
                  { type: "apply", commands: [decrement()], idempotencyKey: `${index}-${n}` },
                ]),
              );
              if (any([true, false, false])) await db.clock.sleep(1_500);
            }
          };
          await Promise.all(Array.from({ length: 4 }, process));
          const result = checkLinearizable<unknown, HoldInput, HoldOutput>(
            history.map(seen),
            holdModel(options),
          );
          const { summary } = db.network;
          expect(result.linearizable ? summary : `${summary} ${result.message}`).toBe(summary);
        }),
        { numRuns: randomRuns(12) },
      );
    },
  );
});
