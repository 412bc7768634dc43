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

/** Seconds. The bench moves the clock. */
const RETENTION = 3_600;

/** Writes that are measured at least. The store removes expired keys in one write of 64. */
const MIN_WRITES = 640;

/** The cost of a write. */
interface Price {
  /** Of the write with which a new counter reaches the number of live keys. */
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
  measure: (runner) =>
    withDynamoDB("auto", async (engine) => {
      const head = ["live keys", "", ...LIVE.full.map((count) => digits(count))];
      if (engine === "dynalite")
        return { head, rows: [{ cells: ["needs Java: dynalite's units are not DynamoDB's"] }] };
      const live = runner.effort.isConclusive ? LIVE.full : LIVE.quick;
      const progress = progressOnStderr("keys: prices", STRATEGIES.length * live.length);
      const rows: Row[] = [];
      for (const [index, strategy] of STRATEGIES.entries()) {
        const prices: Price[] = [];
        for (const count of live) {
          prices.push(...((await runner.results(`${strategy} ${count}`)) as Price[])); // of priceOf
          progress(index * live.length + prices.length);
        }
        runner.stop();
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
 * Counts until as many keys expire as are added. The clock moves on with every write, so that one key expires per write; the
 * cost of its removal is included.
 */
async function priceOf(strategy: (typeof STRATEGIES)[number], live: number): Promise<Price> {
  const client = localDynamoDB();
  const tableName = `keys-${strategy}-${live}`;
  await ensureCounterTable(client, tableName);
  const spent = watchConsumption(client, localDynamoDB());
  const requests = watchRequests(client);
  let time = Date.now();
  const idempotency = { retentionSeconds: RETENTION, strategy };
  const store = createDynamoDBCounterStore({ client, tableName, idempotency, now: () => time });
  let written = 0;
  const write = async (writes: number): Promise<Omit<Price, "unitsWhenNew">> => {
    const [unitsBefore, sentBefore] = [spent.writeUnits, requests.sent];
    for (const end = written + writes; written < end; written++) {
      await countOne(store, "counter", `key-${written}`);
      time += (RETENTION / live) * 1_000;
    }
    return {
      units: (spent.writeUnits - unitsBefore) / writes,
      requests: (requests.sent - sentBefore) / writes,
    };
  };
  if (live > 1) await write(live - 1);
  const { units: unitsWhenNew } = await write(1);
  await write(MIN_WRITES / 2);
  return { unitsWhenNew, ...(await write(Math.max(live, MIN_WRITES))) };
}
