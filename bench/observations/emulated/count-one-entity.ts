import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import type { RunningDynamoDB } from "@durable-counter/testing/dynamodb";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { readValue } from "../subjects/item-table.ts";
import { withTimedFunctions, type TimedFunctions } from "./invoke-timed.ts";
import type { CountingWay } from "./timed-events.ts";

export interface EntityLoad {
  readonly way: CountingWay;
  readonly batch: number;
  /** Processes that count at once. */
  readonly callers: number;
}

export interface EntityCount extends EntityLoad {
  /** Commands in a millisecond, one number for each repetition. */
  readonly rates: readonly number[];
  readonly isRight: boolean;
  /** DynamoDB's write units for a command, of one process alone. */
  readonly writeUnits: number;
}

interface Size {
  /** Of each caller. */
  readonly requests: number;
  readonly repetitions: number;
  /** Of the one caller whose write units are added up. */
  readonly unitRequests: number;
  readonly seed: number;
}

/**
 * Lets processes count on one entity together. All loads take turns, so that whatever else the machine does meets all of them
 * alike; a repetition more than asked for comes first, in which processes start and code is compiled.
 */
export function countOneEntity(
  loads: readonly EntityLoad[],
  { requests, repetitions, unitRequests, seed }: Size,
  db: RunningDynamoDB,
): Promise<readonly EntityCount[]> {
  return withTimedFunctions(db.endpoint, seed, async ({ count }) => {
    const counts = loads.map((load) => ({ ...load, rates: [] as number[], isRight: true, writeUnits: 0 }));
    for (let repetition = -1; repetition < repetitions; repetition++) {
      for (const load of counts) {
        const id = `entity-${counts.indexOf(load)}-${repetition}`;
        const { rate, isRight } = await countOnce(count, load, { id, requests, db });
        if (repetition >= 0) load.rates.push(rate);
        load.isRight &&= isRight;
      }
    }
    for (const load of counts) {
      const { way, batch } = load;
      const id = `entity-${counts.indexOf(load)}-units`;
      const { counted } = await count({
        id,
        way,
        batch,
        requests: unitRequests,
        caller: 0,
        countsUnits: true,
      });
      load.writeUnits = counted.writeUnits / (unitRequests * batch);
    }
    return counts;
  });
}

async function countOnce(
  count: TimedFunctions["count"],
  { way, batch, callers }: EntityLoad,
  { id, requests, db }: { readonly id: string; readonly requests: number; readonly db: RunningDynamoDB },
) {
  const invocations = await Promise.all(
    Array.from({ length: callers }, (_, caller) =>
      count({ id, way, batch, requests, caller, meeting: { name: id, callers } }),
    ),
  );
  const counted = invocations.map((invocation) => invocation.counted);
  const commands = callers * requests * batch;
  const began = Math.min(...counted.map((each) => each.began));
  const ended = Math.max(...counted.map((each) => each.ended));
  const value = way === "execution" ? (counted[0]?.value ?? 0) : await valueOf(id, db);
  return { rate: commands / (ended - began), isRight: value === commands };
}

/** A way writes to one of the tables. */
async function valueOf(id: string, { client }: RunningDynamoDB): Promise<number> {
  const store = createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE });
  return (await readValue(client, id)) + (await store.get(id, { consistent: true }));
}
