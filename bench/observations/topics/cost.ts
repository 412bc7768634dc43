import { createCounterHandler } from "@durable-counter/durable";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { increment } from "@durable-counter/core";
import { estimateCost, simulate, US_EAST_1 } from "@durable-counter/testing";
import { createSimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { z } from "zod";
import { watchConsumption } from "../../measure/consumption.ts";
import { watchRequests } from "../../measure/requests.ts";
import { simulatedWorld } from "../measure/simulated-world.ts";
import { defineObservation, type Effort } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { dollars, significant, whole } from "../report/format.ts";
import { breakEven } from "./break-even.ts";

const BATCHES: Record<Effort, readonly number[]> = {
  quick: [1, 10, 100],
  full: [1, 2, 5, 10, 20, 50, 100, 1_000],
};
const LIVE_KEYS: Record<Effort, readonly number[]> = { quick: [1, 30], full: [1, 10, 30, 100, 300] };
const STRATEGIES = ["auto", "inline", "separate-item"] as const;
const RETENTION_SECONDS = 3_600;
const MILLION = 1e6;
/** A thousand steps take seconds in one invocation. */
const PATIENT_MS = 600_000;

const EventRow = z.strictObject({
  way: z.string(),
  batch: z.int(),
  chargedOperations: z.int(),
  invocations: z.int(),
  checkpoints: z.int(),
  bytesWritten: z.int(),
  requests: z.int(),
  writeUnits: z.number(),
  /** Of one event, without the duration of its invocations. */
  dollars: z.number(),
});
const KeyRow = z.strictObject({
  strategy: z.enum(STRATEGIES),
  liveKeys: z.int(),
  writeUnits: z.number(),
  requests: z.number(),
});
const Data = z.strictObject({
  prices: z.strictObject({
    region: z.string(),
    date: z.string(),
    writeUnit: z.number(),
    durableOperation: z.number(),
  }),
  events: z.array(EventRow).min(1),
  keys: z.array(KeyRow).min(1),
});
export type CostData = z.infer<typeof Data>;

const WAYS = [
  { way: "execution, a step per command", store: false, steps: "command" },
  { way: "execution, a batch", store: false, steps: "batch" },
  { way: "DynamoDB, a batch", store: true, steps: undefined },
  { way: "DynamoDB, durable steps, a step per command", store: true, steps: "command" },
  { way: "DynamoDB, durable steps, a batch", store: true, steps: "batch" },
] as const;

export const cost = defineObservation({
  name: "cost",
  title: "Cost: dollars for a million commands",
  schema: Data,
  measure: async (effort, seed) => {
    const events: CostData["events"] = [];
    for (const batch of BATCHES[effort])
      for (const way of WAYS) events.push(await measureEvent(way, batch, seed));
    const keys: CostData["keys"] = [];
    for (const strategy of STRATEGIES) {
      for (const liveKeys of LIVE_KEYS[effort]) keys.push(await measureKeys(strategy, liveKeys, seed));
    }
    const { region, date, writeUnit, durableOperation } = US_EAST_1;
    return { prices: { region, date, writeUnit, durableOperation }, events, keys };
  },
  describe: ({ prices, events, keys }) => {
    const ways = [...Map.groupBy(events, ({ way }) => way)];
    const batches = [...new Set(events.map(({ batch }) => batch))];
    const of = (way: string, batch: number) => events.find((row) => row.way === way && row.batch === batch);
    const perMillion = (way: string, batch: number) =>
      dollars(((of(way, batch)?.dollars ?? Number.NaN) / batch) * MILLION);
    const [smallest = 1, largest = 1] = [batches[0], batches.at(-1)];
    const burst = of(WAYS[3].way, largest);
    const said = WAYS.map(
      ({ way }) => `${way} ${perMillion(way, smallest)} and ${perMillion(way, largest)}`,
    ).join("; ");
    return [
      text(
        `For events of ${smallest} and of ${whole(largest)} commands, a million commands cost: ${said}. A step per command cannot cost less ` +
          `than its durable operation, ${dollars(prices.durableOperation * MILLION)} a million; a batch shares it, so **batch what belongs together**.`,
      ),
      {
        kind: "figure",
        name: "cost-batch",
        alt: `Dollars for a million commands against commands an event. For ${smallest} and ${whole(largest)} commands: ${said}.`,
        chart: {
          type: "line",
          title: "Dollars for a million commands",
          x: { name: "commands in an event", scale: "logarithmic" },
          y: { name: "dollars", scale: "logarithmic" },
          series: ways.map(([name, rows]) => ({
            name,
            points: rows.map((row) => [row.batch, (row.dollars / row.batch) * MILLION] as const),
          })),
        },
      },
      table(
        ["commands an event", ...WAYS.map(({ way }) => way)],
        batches.map((batch) => [whole(batch), ...WAYS.map(({ way }) => perMillion(way, batch))]),
      ),
      ...breakEven({ prices, events, keys }),
      text(
        `What one event takes, as measured. Prices: ${prices.region}, as of ${prices.date}, from [prices.ts](../../packages/testing/src/cost/prices.ts).`,
      ),
      table(
        [
          "event",
          "commands",
          "charged durable operations",
          "invocations",
          "bytes checkpointed",
          "requests to DynamoDB",
          "write units",
        ],
        events
          .filter(({ batch }) => batch === smallest || batch === largest)
          .map((row) => [
            row.way,
            whole(row.batch),
            whole(row.chargedOperations),
            whole(row.invocations),
            whole(row.bytesWritten),
            whole(row.requests),
            significant(row.writeUnits),
          ]),
      ),
      text(
        "**The price of recognising repetitions.** A counter's item keeps the idempotency keys of its retention period, and each write pays for " +
          `the whole item. So a step per command in one burst is dear: ${whole(burst?.batch ?? 0)} commands took ` +
          `${whole(burst?.writeUnits ?? 0)} write units, because all of their keys are new. Write units and requests of one write, averaged over a steady stream of new keys:`,
      ),
      table(
        ["keys that are kept", "strategy", "write units a write", "requests a write"],
        keys.map((row) => [
          whole(row.liveKeys),
          row.strategy,
          significant(row.writeUnits),
          significant(row.requests),
        ]),
      ),
      text(
        "The duration of invocations is left out, because times here are not times on AWS: add $0.021 for a million invocations of 10 ms with 128 MB.",
      ),
    ];
  },
});

async function createMeasuredStore(seed: number, strategy: (typeof STRATEGIES)[number]) {
  const dynamodb = createSimulatedDynamoDB({ seed });
  const client = dynamodb.client();
  await ensureCounterTable(client, "counters");
  const consumption = watchConsumption(client, dynamodb.client());
  const requests = watchRequests(client);
  const idempotency = { strategy, retentionSeconds: RETENTION_SECONDS };
  const store = createDynamoDBCounterStore({
    client,
    tableName: "counters",
    idempotency,
    ...simulatedWorld(dynamodb),
  });
  return { store, consumption, requests, clock: dynamodb.clock };
}

async function measureEvent(
  { way, store: isShared, steps }: (typeof WAYS)[number],
  batch: number,
  seed: number,
) {
  const { store, consumption, requests } = await createMeasuredStore(seed, "auto");
  const commands = Array.from({ length: batch }, () => increment());
  let usage = { chargedOperations: 0, invocations: 1, checkpoints: 0, bytesWritten: 0 };
  let total: number;
  if (steps === undefined) {
    await store.apply({ id: "measured", commands, idempotencyKey: "event-1" });
    const { parts, dollars } = estimateCost({ operations: [], ...usage }, US_EAST_1, {
      writeUnits: consumption.writeUnits,
    });
    total = dollars - parts.operations; // of the start of an execution
  } else {
    const handler = createCounterHandler({ steps, ...(isShared && { store }) });
    const simulation = await simulate(handler, {
      payload: { counterId: "measured", commands },
      timeoutMs: PATIENT_MS,
    });
    const estimate = estimateCost(simulation, US_EAST_1, { writeUnits: consumption.writeUnits });
    usage = { ...simulation, chargedOperations: estimate.chargedOperations };
    total = estimate.dollars;
  }
  const { chargedOperations, invocations, checkpoints, bytesWritten } = usage;
  const counted = { requests: requests.sent, writeUnits: consumption.writeUnits };
  return {
    way,
    batch,
    chargedOperations,
    invocations,
    checkpoints,
    bytesWritten,
    ...counted,
    dollars: total,
  };
}

/** A stream in which so many keys are kept at any time, after the first of them were forgotten. */
async function measureKeys(strategy: (typeof STRATEGIES)[number], liveKeys: number, seed: number) {
  const { store, consumption, requests, clock } = await createMeasuredStore(seed, strategy);
  const writes = Math.max(30, liveKeys);
  let key = 0;
  const write = async (count: number) => {
    for (let written = 0; written < count; written++) {
      await store.apply({ id: "measured", commands: [increment()], idempotencyKey: `key-${key++}` });
      await clock.sleep((RETENTION_SECONDS * 1_000) / liveKeys);
    }
  };
  await write(liveKeys);
  const before = { writeUnits: consumption.writeUnits, requests: requests.sent };
  await write(writes);
  return {
    strategy,
    liveKeys,
    writeUnits: (consumption.writeUnits - before.writeUnits) / writes,
    requests: (requests.sent - before.requests) / writes,
  };
}
