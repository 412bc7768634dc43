// Fifty executions at once, in a simulation with every fault there is: nothing waits, and a seed repeats a run.
import { ensureCounterTable } from "@durable-counter/dynamodb";
import { createSimulatedDynamoDB, EVERY_FAULT } from "@durable-counter/testing/dynamodb";
import { describe, expect, test } from "vitest";
import { randomRuns, testSeed } from "../scripts/test/random.ts";
import { EXECUTIONS, runFiftyExecutions, withoutKeys, type Environment } from "./fifty-executions.fixture.ts";

const tableName = "counters";

async function createEnvironment(seed: number, transactions: boolean): Promise<Environment> {
  const operations = ["UpdateItem", "TransactWriteItems", "GetItem"];
  const db = createSimulatedDynamoDB({ seed, transactions, faults: EVERY_FAULT, operations });
  const client = db.client();
  await ensureCounterTable(client, tableName);
  const { now, sleep } = db.clock;
  const options = { now, sleep, random: () => db.random() };
  return { seed, client, network: db.network, tableName, options };
}

describe.each([{ transactions: true }, { transactions: false }])(
  "fifty executions at once that crash by chance, on a simulated DynamoDB (transactions: $transactions)",
  ({ transactions }) => {
    test("change the counter by what they are told, and their history is linearizable", async () => {
      for (let run = 0; run < randomRuns(3); run++) {
        const environment = await createEnvironment(testSeed + run, transactions);
        const { value, expected, contradiction, crashes, faults, summary } =
          await runFiftyExecutions(environment);
        expect({ value, contradiction, summary }).toEqual({
          value: expected,
          contradiction: "none",
          summary,
        });
        expect(crashes).toBeGreaterThan(EXECUTIONS / 2);
        expect(faults).toBeGreaterThan(5);
      }
    });

    test("are found to count twice if the store is not told the keys", async () => {
      const environment = await createEnvironment(testSeed, transactions);
      const { value, expected, contradiction } = await runFiftyExecutions(environment, withoutKeys);
      expect(value).not.toBe(expected);
      expect(contradiction).not.toBe("none");
    });
  },
);
