import {
  checkWindowSupport,
  counterIdParser,
  counterValueParser,
  counterWindowParser,
  idempotencyKeyParser,
  isObject,
  issuedAtNeedsKey,
  issuedAtParser,
  limitsParser,
  parseInput,
  parser,
  rule,
  startsWithinLimits,
  strictObject,
  type CounterOptions,
  type CounterStore,
  type CounterWindow,
} from "@durable-counter/core";
import { loggerParser, type CounterLogger } from "./counter-log.ts";

interface CommonOptions extends CounterOptions {
  /**
   * Begins the names of the counter's operations: 1–200 printable ASCII characters. By default it is the `id`, where that has such
   * characters alone, and otherwise `counter`. A second counter of the same name in a context gets `-2` appended. Give counters of different ids
   * different names: by the name, the SDK notices that concurrent branches have swapped them.
   */
  readonly name?: string | undefined;
  /** Gets one record for every operation that was applied, replayed, rejected or failed. By default nothing is logged. */
  readonly logger?: CounterLogger | undefined;
}

/** Options of a counter whose value lives in the execution: no other execution sees it. */
export interface ExecutionCounterOptions extends CommonOptions {
  /** Not given: the value lives in the execution. */
  readonly store?: undefined;
}

/** Options of a counter whose value lives in a store and is shared by every execution that uses it. */
export interface SharedCounterOptions extends CommonOptions {
  /** The store, for example `createDynamoDBCounterStore(…)` of `@durable-counter/dynamodb`. */
  readonly store: CounterStore;
  /** The id of the counter in the store: 1–256 printable characters. */
  readonly id: string;
  /**
   * The idempotency key of the request that started this execution, if it has one: 1–256 printable characters. It replaces the
   * execution's ARN in the keys of the operations. So an event that is delivered twice starts two executions and still counts
   * once. The key identifies the request to this function: where several functions count one event on the same counter, give
   * each its own `name`, or the store takes the second function's request for a repetition of the first one's.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * When that key was sent for the first time: milliseconds since 1970, as a number or as text of digits. An operation that reaches the store after its
   * retention period then fails with `idempotency-key-expired` instead of being counted again.
   */
  readonly issuedAt?: number | string | undefined;
  /**
   * Counts in windows, such as `calendarWindow({ per: "day" })` of `@durable-counter/core/windows`, instead of the store's. An
   * operation belongs to the window that has `issuedAt`, or else to the one in which it reached the store first.
   */
  readonly window?: CounterWindow | undefined;
}

/** Options of {@link createCounterHandler}. */
export interface CounterHandlerOptions extends CounterOptions {
  /** Where the counters live. Without a store, every execution has a counter of its own. */
  readonly store?: CounterStore | undefined;
  /** Counts in windows instead of the store's; an event belongs to the window that has its `issuedAt`. Requires `store`. */
  readonly window?: CounterWindow | undefined;
  /** One durable step per command, the default, or one for the whole batch, which is then all or nothing. */
  readonly steps?: "command" | "batch" | undefined;
  /** Gets one record for every operation that was applied, replayed, rejected or failed. By default nothing is logged. */
  readonly logger?: CounterLogger | undefined;
}

/** Parser of a store. Every function has an `apply`, too. */
export const storeParser = parser<CounterStore>(
  (store) => isObject(store) && "apply" in store && typeof store.apply === "function",
  "pass a CounterStore",
);

/** What the service accepts in the name of an operation, with room for the rest of the name. */
const OPERATION_NAME = /^[\x20-\x7e]{1,200}$/u;

/** Parser of what begins the names of operations. */
export const operationNameParser = parser<string>(
  (text) => typeof text === "string" && OPERATION_NAME.test(text),
  "pass 1 to 200 printable ASCII characters",
);

/** What was not checked here would fail in the first operation, inside a step that is retried again and again. */
const commonParsers = {
  store: storeParser,
  limits: limitsParser,
  initial: counterValueParser,
  window: counterWindowParser,
  logger: loggerParser,
};

const windowNeedsStore = rule<{ store?: CounterStore | undefined; window?: CounterWindow | undefined }>(
  ({ store, window }) => store !== undefined || window === undefined,
  'pass "window" only with a "store"; the value of an execution has no windows',
);

const counterOptionsParser = strictObject<CommonOptions & Partial<StoreConfig>>(
  {},
  {
    ...commonParsers,
    name: operationNameParser,
    id: counterIdParser,
    idempotencyKey: idempotencyKeyParser,
    issuedAt: issuedAtParser,
  },
  [
    startsWithinLimits,
    rule(({ store, id }) => (store === undefined) === (id === undefined), 'pass "store" and "id" together'),
    rule(
      ({ store, idempotencyKey }) => store !== undefined || idempotencyKey === undefined,
      'pass "idempotencyKey" only with a "store"',
    ),
    issuedAtNeedsKey,
    windowNeedsStore,
  ],
  'pass only "name", "limits", "initial" and "logger", and with a "store" also "id", "idempotencyKey", "issuedAt" and "window"',
);

const handlerOptionsParser = strictObject<CounterHandlerOptions>(
  {},
  {
    ...commonParsers,
    steps: parser<"command" | "batch">(
      (value) => value === "command" || value === "batch",
      'pass "command" or "batch"',
    ),
  },
  [startsWithinLimits, windowNeedsStore],
);

/** What a counter was asked to be, checked. */
export interface CounterConfig extends CounterOptions {
  /** Begins the names of its operations. */
  readonly name: string;
  /** What errors and log records call the counter: its id, or else its name. */
  readonly label: string;
  readonly logger: CounterLogger | undefined;
  /** Undefined where the value lives in the execution. */
  readonly shared: StoreConfig | undefined;
}

/** The store that has the value, and the request that is counted there. */
export interface StoreConfig extends Pick<
  SharedCounterOptions,
  "store" | "id" | "idempotencyKey" | "window"
> {
  readonly issuedAt: number | undefined;
}

/** @throws CounterError `invalid-input` */
export function parseCounterOptions(options: ExecutionCounterOptions | SharedCounterOptions): CounterConfig {
  const parsed = parseInput(counterOptionsParser, options, "options");
  const { store, id, name = defaultName(id), idempotencyKey, issuedAt, logger, limits, initial } = parsed;
  const { window } = parsed;
  if (store !== undefined) checkWindowSupport(window, store);
  const shared =
    store === undefined || id === undefined ? undefined : { store, id, idempotencyKey, issuedAt, window };
  return { name, label: id ?? name, logger, limits, initial, shared };
}

/** @param id of the counter, where it has one */
export function defaultName(id: string | undefined): string {
  return id !== undefined && OPERATION_NAME.test(id) ? id : "counter";
}

/** @throws CounterError `invalid-input` */
export function parseHandlerOptions(options: CounterHandlerOptions): CounterHandlerOptions {
  const parsed = parseInput(handlerOptionsParser, options, "options");
  if (parsed.store !== undefined) checkWindowSupport(parsed.window, parsed.store);
  return parsed;
}
