import {
  applyBatch,
  applyRequestParser,
  type ApplyRequest,
  CounterError,
  counterIdParser,
  inWindow,
  parseInput,
  type ApplyResult,
  type Command,
  type CounterStore,
} from "@durable-counter/core";
import { applyRequest } from "./apply-request.ts";
import type { MethodsOf, StoreCalls, DynamoDBCapability } from "./capabilities.ts";
import { deleteCounter } from "./delete-counter.ts";
import { listCounters } from "./list-counters.ts";
import { readCounter } from "./read-counters.ts";
import {
  checkUnlimited,
  parseStoreOptions,
  windowOf,
  type CallConfig,
  type StoreOptions,
} from "./store-options.ts";
import { TimeLimit } from "./time-limit.ts";
import { quoted } from "./named.ts";

/** Options of a store of counters in a DynamoDB table. */
export interface DynamoDBCounterStoreOptions<
  Capabilities extends readonly DynamoDBCapability[] = readonly DynamoDBCapability[],
> extends StoreOptions {
  /**
   * What the store can do beyond `apply`, `get`, `delete` and `list`: any of `holds`, `applyAll` and `getMany`. By default
   * nothing, so that a function's bundle has only what it uses. All stores of a counter with holds need `holds`.
   */
  readonly capabilities?: Capabilities | undefined;
}

/** What {@link createDynamoDBCounterStore} returns: a `CounterStore` with the methods of its capabilities. */
export type DynamoDBCounterStore<Capabilities extends readonly DynamoDBCapability[] = readonly []> =
  BasicStore & MethodsOf<Capabilities>;

/** What every store can do. */
export interface BasicStore extends Required<
  Pick<CounterStore, "apply" | "get" | "delete" | "list" | "supportsWindows">
> {}

/**
 * Counters in DynamoDB: one conditional UpdateItem per batch, or one transaction if keys have items of their own, whatever
 * the batch's length, exactly once per idempotency key. `limits` and `initial` apply to requests that bring none.
 *
 * @throws CounterError `invalid-input` for options that are not valid
 */
export function createDynamoDBCounterStore<
  const Capabilities extends readonly DynamoDBCapability[] = readonly [],
>(options: DynamoDBCounterStoreOptions<Capabilities>): DynamoDBCounterStore<Capabilities>;
export function createDynamoDBCounterStore(options: DynamoDBCounterStoreOptions): BasicStore {
  const config = parseStoreOptions(options);
  const { capabilities = [] } = options;
  const timeLimit = new TimeLimit(config.timeoutMs);
  const parseId = (id: string) => parseInput(counterIdParser, id, "id");
  const call: StoreCalls["call"] = ({ signal }, run) =>
    timeLimit.run(signal, (ending) => run({ ...config, signal: ending }));
  return Object.assign(
    {
      supportsWindows: config.shards === undefined,
      apply: async (input, callOptions = {}) => {
        const request = parseInput(applyRequestParser, input, "request");
        return call(callOptions, (config) => apply(config, request));
      },
      get: async (input, { consistent = false, ...options } = {}) => {
        const id = parseId(input);
        const reading = { consistent, window: windowOf(config, options), now: config.now() };
        return call(options, async (config) => (await readCounter(config, id, reading)) ?? config.initial);
      },
      delete: async (input, options = {}) => {
        const id = parseId(input);
        const window = windowOf(config, options);
        return call(options, (config) => deleteCounter(config, id, window));
      },
      list: (options = {}) => listCounters({ config, call }, options),
    } satisfies BasicStore,
    ...capabilities.map(({ methods }) => methods({ config, call })),
  );
}

function apply(config: CallConfig, request: ApplyRequest): Promise<ApplyResult> {
  const { id, commands, idempotencyKey } = request;
  const isSharded = config.shards !== undefined;
  if (isSharded) checkUnlimited(request, "request");
  const reads = commands.filter(({ type }) => type === "get").length;
  // A sharded counter has no single value that an idempotency key could record.
  if (reads === commands.length && (idempotencyKey === undefined || isSharded)) return read(config, request);
  if (isSharded) checkShardable(id, commands, config.shards);
  return applyRequest(config, request);
}

/** Answers a batch that only reads, and has no key to record. */
async function read(config: CallConfig, request: ApplyRequest): Promise<ApplyResult> {
  const { id, commands, limits = config.limits, initial = config.initial } = request;
  const [window, now] = [request.window ?? config.window, config.now()];
  const value = (await readCounter(config, id, { consistent: true, window, now })) ?? initial;
  const result = { ...applyBatch(value, commands, limits, id), replayed: false };
  return window === undefined ? result : inWindow(result, window.at(now), limits);
}

/** @throws CounterError `invalid-input` for commands that need the whole value, which no shard has */
function checkShardable(id: string, commands: readonly Command[], shards: number | undefined): void {
  const index = commands.findIndex(({ type }) => type === "set" || type === "get");
  const command = commands[index];
  if (command === undefined) return;
  const remedy =
    command.type === "set"
      ? "none of which has the whole value; increment or decrement by the difference"
      : "so it has no value among writes; ask for the value by itself";
  throw new CounterError(
    "invalid-input",
    `request.commands[${index}] is ${quoted(command)}, and counter ${quoted(id)} is spread over ${shards} shards, ${remedy}.`,
  );
}
