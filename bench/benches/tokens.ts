import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { countOne } from "../contenders/count-one.ts";
import { localDynamoDB, withDynamoDB } from "../contenders/shared-dynamodb.ts";
import type { Bench } from "../measure/bench.ts";
import { watchConsumption } from "../measure/consumption.ts";
import { digits } from "../measure/figures.ts";
import { progressOnStderr } from "../measure/progress.ts";
import type { Row } from "../measure/report.ts";
import { watchRequests } from "../measure/requests.ts";

const STRATEGIES = ["inline", "separate-item", "auto"] as const;
const LIVE = { full: [1, 10, 60, 600], quick: [1] };

/** Seconds, the store's default; the clock is ours. */
const WINDOW = 3_600;

/** At least so many writes are measured: one in 64 looks after the expired keys. */
const AT_LEAST = 640;

/** Of a write. */
interface Price {
  /** The one that brings a new counter to so many live keys. */
  readonly unitsWhenNew: number;
  /** On average, in the long run. */
  readonly units: number;
  readonly requests: number;
}

export const keys: Bench = {
  title: "What a write costs a counter with so many live keys",
  contenders: Object.fromEntries(
    STRATEGIES.flatMap((strategy) =>
      LIVE.full.map((live) => [`${strategy} ${live}`, { run: () => priceOf(strategy, live) }]),
    ),
  ),
  measure: (arena) =>
    withDynamoDB("auto", async (engine) => {
      const head = ["live keys", "", ...LIVE.full.map((count) => digits(count))];
      if (engine === "dynalite")
        return { head, rows: [{ cells: ["needs Java: dynalite's units are not DynamoDB's"] }] };
      const live = arena.effort.isConclusive ? LIVE.full : LIVE.quick;
      const progress = progressOnStderr("tokens: prices", STRATEGIES.length * live.length);
      const rows: Row[] = [];
      for (const [index, strategy] of STRATEGIES.entries()) {
        const prices: Price[] = [];
        for (const count of live) {
          prices.push(...((await arena.results(`${strategy} ${count}`)) as Price[])); // of priceOf
          progress(index * live.length + prices.length);
        }
        arena.dismiss();
        rows.push(
          {
            cells: [
              strategy,
              "write units, a new counter",
              ...prices.map(({ unitsWhenNew }) => digits(unitsWhenNew)),
            ],
          },
          { cells: ["", "in the long run", ...prices.map(({ units }) => digits(units))] },
          { cells: ["", "requests, in the long run", ...prices.map(({ requests }) => digits(requests))] },
        );
      }
      return { head: head.slice(0, 2 + live.length), rows };
    }),
};

/**
 * Counts so often that in the long run as many keys are forgotten as come. The clock goes on evenly: with every write
 * an idempotency key expires, and what the store does to be rid of it is in the price.
 */
async function priceOf(strategy: (typeof STRATEGIES)[number], live: number): Promise<Price> {
  const client = localDynamoDB();
  const tableName = `keys-${strategy}-${live}`;
  await ensureCounterTable(client, tableName);
  const spent = watchConsumption(client, localDynamoDB());
  const requests = watchRequests(client);
  let time = Date.now();
  const idempotency = { retentionSeconds: WINDOW, strategy };
  const store = createDynamoDBCounterStore({ client, tableName, idempotency, now: () => time });
  let written = 0;
  const write = async (writes: number): Promise<Omit<Price, "unitsWhenNew">> => {
    const [unitsBefore, sentBefore] = [spent.writeUnits, requests.sent];
    for (const end = written + writes; written < end; written++) {
      await countOne(store, "counter", `token-${written}`);
      time += (WINDOW / live) * 1_000;
    }
    return {
      units: (spent.writeUnits - unitsBefore) / writes,
      requests: (requests.sent - sentBefore) / writes,
    };
  };
  if (live > 1) await write(live - 1);
  const { units: unitsWhenNew } = await write(1);
  await write(AT_LEAST / 2);
  return { unitsWhenNew, ...(await write(Math.max(live, AT_LEAST))) };
}
