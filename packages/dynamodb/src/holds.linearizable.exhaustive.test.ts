import { decrement } from "@durable-counter/core";
import {
  checkLinearizable,
  holdModel,
  recordHolds,
  type HoldInput,
  type HoldOutput,
} from "@durable-counter/testing";
import { EVERY_FAULT } from "@durable-counter/testing/dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../scripts/test/random.ts";
import { createSimulation, simulatedEngines } from "./simulated.fixture.ts";

const options = { initial: 6, limits: { min: 0 } };

describe.each(simulatedEngines)("on $engine, through a network with every fault", ({ transactions }) => {
  test("what processes see that hold, commit and release one another's holds is linearizable", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const db = await createSimulation({ seed, faults: EVERY_FAULT, transactions });
        const { history, call } = recordHolds(() => db.clock.now());
        const any = <T>(all: readonly [T, ...T[]]): T => all[Math.floor(db.random() * all.length)] ?? all[0];
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
        const result = checkLinearizable<unknown, HoldInput, HoldOutput>(history, holdModel(options));
        const { summary } = db.network;
        expect(result.linearizable ? summary : `${summary} ${result.message}`).toBe(summary);
      }),
      { numRuns: randomRuns(25) },
    );
  });
});
