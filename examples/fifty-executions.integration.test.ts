// Fifty executions at once on real engines, over real sockets, with faults that need no time-out to be noticed.
import { get } from "@durable-counter/core";
import { ensureCounterTable } from "@durable-counter/dynamodb";
import { simulate, simulateWithCrashes } from "@durable-counter/testing";
import {
  localClient,
  startDynamoDB,
  startFaultyNetwork,
  type RunningDynamoDB,
} from "@durable-counter/testing/dynamodb";
import { afterAll, describe, expect, test } from "vitest";
import { borrowDynamoDB } from "../scripts/test/borrow-dynamodb.ts";
import {
  counterId,
  crashesOf,
  eventOf,
  EXECUTIONS,
  runFiftyExecutions,
  sumOf,
} from "./fifty-executions.fixture.ts";

const SEED = 4711;
const FAULTS = {
  "reset-before": 0.03,
  "reset-after": 0.05,
  duplicate: 0.04,
  "server-error-after": 0.03,
  throttle: 0.03,
  conflict: 0.03,
  "cut-reply": 0.03,
};
const HANG_MS = 600_000;

const best = await borrowDynamoDB();
const engines = best.engine === "dynalite" ? [best] : [best, await startDynamoDB({ engine: "dynalite" })];
afterAll(() => Promise.all(engines.map((engine) => engine.stop())));

describe.each(engines)("fifty executions at once that crash by chance, on $engine", (engine) => {
  test("change the counter by what they are told, and their history is linearizable", async () => {
    const tableName = "fifty-executions";
    await ensureCounterTable(engine.client, tableName);
    await using network = await startFaultyNetwork(engine.endpoint, { seed: SEED, faults: FAULTS });
    const client = localClient(network.endpoint);
    const outcome = await runFiftyExecutions({ seed: SEED, client, network, tableName });
    client.destroy();
    const { value, expected, contradiction, crashes, faults, summary } = outcome;
    expect({ value, contradiction, summary }).toEqual({ value: expected, contradiction: "none", summary });
    expect(crashes).toBeGreaterThan(EXECUTIONS / 2);
    expect(faults).toBeGreaterThan(20);
  });
});

test("fifty executions of the naive handler count twice, with the same crashes and only one kind of fault", async () => {
  const { client, endpoint } = engines.at(-1) as RunningDynamoDB; // there is one
  await ensureCounterTable(client, "counters");
  await using network = await startFaultyNetwork(endpoint, { seed: SEED, faults: { "reset-after": 0.05 } });
  Object.assign(process.env, {
    TABLE_NAME: "counters",
    AWS_ENDPOINT_URL_DYNAMODB: network.endpoint,
    AWS_REGION: "local", // where `client` made the table: DynamoDB Local has tables by region and key
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
  const { handler } = await import("./00-naive-counter.ts");
  const ended = await Promise.all(
    Array.from({ length: EXECUTIONS }, async (_, number) => {
      const { idempotencyKey: _idempotencyKey, ...payload } = eventOf(number, SEED);
      const options = { payload, timeoutMs: HANG_MS, ...crashesOf(number, SEED) };
      const { status } = await simulateWithCrashes(handler, options);
      return { status, change: sumOf(payload.commands) };
    }),
  );
  network.disableFaults();
  await network.drain();
  const { result } = await simulate<{ value: number }>(handler, {
    payload: { counterId, commands: [get()] },
  });
  expect(ended.filter(({ status }) => status !== "SUCCEEDED")).toEqual([]);
  expect(result?.value).not.toBe(ended.reduce((sum, { change }) => sum + change, 0));
});
