import { BatchGetItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CounterError,
  counterIdsParser,
  isCounterError,
  parseInput,
  type CounterStore,
} from "@durable-counter/core";
import { isBusy, translateError } from "./aws-errors.ts";
import { backOff } from "./back-off.ts";
import type { DynamoDBCapability } from "./capabilities.ts";
import { valueOf, type Item } from "./read-item.ts";
import { counterProjection, placeOf, readCounter, type ReadOptions } from "./read-counters.ts";
import { windowOf, type CallConfig } from "./store-options.ts";
import { idOf, itemKey } from "./table-keys.ts";
import { send } from "./send.ts";
import { isOutOfTime } from "./time-limit.ts";
import { checkFence } from "./write-fence.ts";
import { mayBeDue } from "./hold-expiry.ts";

/** How many keys DynamoDB takes in a request. */
const MAX_KEYS = 100;

/** How many sharded counters are read at the same time: each costs a query. */
const MAX_QUERIES = 8;

/** A value; none for a counter that was never written; or why it cannot be read. */
type Reading = number | undefined | CounterError;

/** What {@link getMany} adds to a store. */
export interface GetManyMethods extends Required<Pick<CounterStore, "getMany">> {}

/**
 * The capability to read many counters, 100 per request: `getMany`.
 *
 * @example
 * ```ts
 * const store = createDynamoDBCounterStore({ client, tableName: "counters", capabilities: [getMany] });
 * const values = await store.getMany(["stock-42", "stock-43"]);
 * ```
 */
export const getMany: DynamoDBCapability<GetManyMethods> = {
  name: "getMany",
  methods: ({ config, call }) => ({
    getMany: async (input, { consistent = false, ...options } = {}) => {
      const ids = parseInput(counterIdsParser, input, "ids");
      const reading = { consistent, window: windowOf(config, options), now: config.now() };
      return call(options, (config) => readMany(config, ids, reading));
    },
  }),
};

/**
 * The values of counters in the order of `ids`, in one request per 100 counters, or one per sharded counter. Each counter is
 * read at a time of its own. With a window, they are the values of the one in which the call began.
 *
 * @throws CounterError `misconfigured` or `limit-exceeded` if a counter cannot be read: `details.ids` has each such id, and
 *   `details.values` the others with their values; `throttled`, `unavailable`
 */
async function readMany(
  config: CallConfig,
  ids: readonly string[],
  options: ReadOptions,
): Promise<Map<string, number>> {
  const different = Array.from(new Set(ids));
  const read = config.shards === undefined ? readItems : queryEach;
  const readings = await read(config, different, options);
  const values = new Map<string, number>();
  const failures = new Map<string, CounterError>();
  for (const id of different) {
    const reading = readings.get(id);
    if (isCounterError(reading)) failures.set(id, reading);
    else values.set(id, reading ?? config.initial);
  }
  const [[, failure] = []] = failures;
  if (failure === undefined) return values;
  throw unreadable(failure, Array.from(failures.keys()), Array.from(values));
}

/** Keys that DynamoDB leaves unprocessed are asked for again, together with the next ones. */
async function readItems(
  config: CallConfig,
  ids: readonly string[],
  options: ReadOptions,
): Promise<Map<string, Reading>> {
  const readings = new Map<string, Reading>();
  const { window, now } = options;
  const { attribute } = placeOf(window, now);
  const due: string[] = [];
  let waiting = ids;
  let throttled = 0; // How many requests in a row were not processed as a whole.
  try {
    while (waiting.length > 0) {
      const asked = waiting.slice(0, MAX_KEYS);
      const { items, unprocessed } = await readBatch(config, asked, options);
      const found = new Map(items.map((item) => [idOf(config, item), item]));
      const left = new Set(unprocessed);
      for (const id of asked) {
        const item = found.get(id) ?? {};
        if (mayBeDue(item, now)) due.push(id);
        else if (!left.has(id)) readings.set(id, readingOf(config, id, item, attribute));
      }
      waiting = [...waiting.slice(MAX_KEYS), ...left];
      throttled = left.size === 0 ? 0 : left.size < asked.length ? 1 : throttled + 1;
      if (throttled > 0) await backOff(throttled, config);
    }
    // What expired holds have taken is given back first.
    for (const [id, reading] of await queryEach(config, due, options)) readings.set(id, reading);
    return readings;
  } catch (error) {
    if (throttled > 0 && isOutOfTime(config.signal.reason))
      throw stillThrottled(config, waiting.length, error);
    throw translateError(error, { tableName: config.tableName, wrote: false });
  }
}

async function readBatch(
  config: CallConfig,
  ids: readonly string[],
  { consistent, window, now }: ReadOptions,
): Promise<{ readonly items: readonly Item[]; readonly unprocessed: readonly string[] }> {
  const { tableName } = config;
  const { sortKey, attribute } = placeOf(window, now);
  const command = new BatchGetItemCommand({
    RequestItems: {
      [tableName]: {
        Keys: ids.map((id) => itemKey(config, { id, sortKey })),
        ConsistentRead: consistent,
        ...counterProjection(config, { withId: true, attribute }),
      },
    },
  });
  try {
    const reply = await send(config, () => command);
    // Under the table's ARN DynamoDB may answer with its name.
    const items = Object.values(reply.Responses ?? {}).flat();
    const unprocessed = Object.values(reply.UnprocessedKeys ?? {}).flatMap(({ Keys = [] }) =>
      Keys.map((key) => idOf(config, key)),
    );
    return { items, unprocessed };
  } catch (error) {
    // DynamoDB says so instead of leaving every key unprocessed.
    if (isBusy(error)) return { items: [], unprocessed: ids };
    throw error;
  }
}

/** A query reads all shards of a counter for the price of their bytes; as single items, each would cost half a read unit. */
async function queryEach(
  config: CallConfig,
  ids: readonly string[],
  options: ReadOptions,
): Promise<Map<string, Reading>> {
  const readings = new Map<string, Reading>();
  let next = 0;
  const worker = async () => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      try {
        readings.set(id, await readCounter(config, id, options).catch(failureOf));
      } catch (error) {
        next = ids.length; // The call has failed: no worker starts another query.
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_QUERIES }, worker));
  return readings;
}

function readingOf(config: CallConfig, id: string, item: Item, attribute: string): Reading {
  try {
    checkFence(item, config, id);
    return valueOf(item, config, id, attribute);
  } catch (error) {
    return failureOf(error);
  }
}

/** The error of one counter; any other ends the call. */
function failureOf(error: unknown): CounterError {
  if (isCounterError(error, "misconfigured") && !(error.cause instanceof Error)) return error;
  if (isCounterError(error, "limit-exceeded")) return error;
  throw error;
}

function unreadable(
  failure: CounterError,
  ids: readonly string[],
  values: readonly (readonly [string, number])[],
): CounterError {
  const message = failure.message.replace(/ \[[a-z-]+\]$/u, "");
  const more = ids.length - 1;
  const others =
    more === 0 ? "" : ` ${more} other ${more === 1 ? "counter" : "counters"} cannot be read either.`;
  return new CounterError(
    failure.code,
    `${message}${others} Leave out the ids of "details.ids" to read the others, whose values are "details.values".`,
    { cause: failure, details: { ids, values } },
  );
}

function stillThrottled({ tableName, timeoutMs }: CallConfig, left: number, cause: unknown): CounterError {
  return new CounterError(
    "throttled",
    `Table "${tableName}" left ${left} of the counters unread for ${timeoutMs} ms: DynamoDB asks for less. Try again later, or read fewer at once.`,
    { cause },
  );
}
