import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CounterError,
  counterValueParser,
  counterWindowParser,
  isObject,
  limitsParser,
  parseInput,
  parser,
  startsWithinLimits,
  strictObject,
  type CounterOptions,
  type CounterWindow,
  type Limits,
} from "@durable-counter/core";
import { sleep, type Waits } from "./back-off.ts";
import { createStoreCache, type StoreCache } from "./store-cache.ts";
import { DEFAULT_TIMEOUT_MS } from "./time-limit.ts";
import { tableKeys, tableKeysParser, type TableKeysOptions } from "./table-keys.ts";
import type { Table } from "./read-item.ts";
import type { HoldSupport } from "./hold-support.ts";
import { quoted } from "./named.ts";

const STRATEGIES = ["auto", "inline", "separate-item"] as const;

/**
 * Where idempotency keys are recorded: `inline`, in the counter's item, one update per batch; `separate-item`, each in an item
 * of its own, one transaction per batch; `auto`, inline until a counter has many live keys, then in separate items.
 */
export type Strategy = (typeof STRATEGIES)[number];

/** The options of a store that do not depend on its capabilities. */
export interface StoreOptions extends CounterOptions {
  /** A `DynamoDBClient` or `DynamoDBDocumentClient` of AWS SDK v3. */
  readonly client: DynamoDBClient;
  /** The name of the table, or its ARN. */
  readonly tableName: string;
  /** How requests that are sent again are recognised. */
  readonly idempotency?:
    | {
        /**
         * How long an idempotency key is recognised, in whole seconds from 60 to a year; by default 3,600. Give the same to
         * all stores that may see the same key.
         */
        readonly retentionSeconds?: number | undefined;
        /** Where keys are recorded; by default `auto`. */
        readonly strategy?: Strategy | undefined;
      }
    | undefined;
  /**
   * Spreads every counter over so many items, 2 to 256, for more writes per second than one item takes. Such counters
   * have no limits and start at 0; a result shows the value of the shard that counted, and `get` returns the sum. The
   * number cannot change during the life of a counter.
   */
  readonly shards?: number | undefined;
  /**
   * How the keys of an existing table are named, for counters beside other items. By default those of `counterTableInput`.
   * An item of another kind under a counter's key is never overwritten: such a call fails as `misconfigured`.
   */
  readonly keys?: TableKeysOptions | undefined;
  /**
   * Counts in windows, such as `calendarWindow({ per: "day" })` of `@durable-counter/core/windows`. Counters with another window,
   * or without, are other counters, even with the same id. Not together with `shards`.
   */
  readonly window?: CounterWindow | undefined;
  /**
   * How long a call may take, with all its attempts and waits, in whole milliseconds from 100 to 900,000; by default 20,000.
   * A call that takes longer fails: as `unavailable` if nothing was sent, else as `outcome-unknown`. Let it be shorter than
   * what is left of the Lambda function's own time-out.
   */
  readonly timeoutMs?: number | undefined;
  /** The time in milliseconds since 1970; by default the system's clock. */
  readonly now?: (() => number) | undefined;
  /** Waits so many milliseconds before another attempt, or rejects when the signal aborts; by default in real time. */
  readonly sleep?: Waits["sleep"] | undefined;
  /** A number from 0 to below 1, by which the waits between attempts vary; by default `Math.random`. */
  readonly random?: Waits["random"] | undefined;
}

const YEAR_SECONDS = 31_536_000;

const whole = (least: number, most: number, remedy: string) =>
  parser<number>((n) => Number.isInteger(n) && Number(n) >= least && Number(n) <= most, remedy);

const functionParser = <F extends (...args: never) => unknown>() =>
  parser<F>((value) => typeof value === "function", "pass a function");

const CAPABILITIES_REMEDY =
  'import "holds", "applyAll" or "getMany" of @durable-counter/dynamodb, and pass each in an array once';

const optionsParser = strictObject<ParsedOptions>(
  {
    client: parser<DynamoDBClient>(
      isDynamoDBClient,
      "pass a DynamoDBClient or DynamoDBDocumentClient of AWS SDK v3",
    ),
    tableName: parser<string>(
      (name) => typeof name === "string" && name.length >= 3,
      "pass the table's name or ARN",
    ),
  },
  {
    idempotency: strictObject<NonNullable<StoreOptions["idempotency"]>>(
      {},
      {
        retentionSeconds: whole(60, YEAR_SECONDS, "pass whole seconds from 60 to a year"),
        strategy: parser<Strategy>(
          (strategy) => STRATEGIES.some((known) => known === strategy),
          'pass "auto", "inline" or "separate-item"',
        ),
      },
    ),
    shards: whole(2, 256, "pass a whole number from 2 to 256"),
    keys: tableKeysParser,
    capabilities: parser<readonly KnownCapability[]>(areCapabilities, CAPABILITIES_REMEDY),
    window: counterWindowParser,
    timeoutMs: whole(100, 900_000, "pass whole milliseconds from 100 to 900000"),
    now: functionParser<() => number>(),
    sleep: functionParser<Waits["sleep"]>(),
    random: functionParser<Waits["random"]>(),
    limits: limitsParser,
    initial: counterValueParser,
  },
  [startsWithinLimits],
);

interface ParsedOptions extends StoreOptions {
  readonly capabilities?: readonly KnownCapability[] | undefined;
}

interface KnownCapability {
  readonly name: string;
  readonly holds?: HoldSupport | undefined;
}

function areCapabilities(input: unknown): boolean {
  if (!Array.isArray(input)) return false;
  const all: readonly Partial<Record<"name" | "methods", unknown>>[] = input;
  return (
    all.every((one) => typeof one?.methods === "function") &&
    new Set(all.map(({ name }) => name)).size === all.length
  );
}

/**
 * Whether a client runs the middleware of commands, by which attempts are tracked. A wrapper around `send` need not, and a
 * DAX client answers differently: it would fail half-way.
 */
function isDynamoDBClient(input: unknown): boolean {
  if (!isObject(input)) return false;
  const { send, middlewareStack, config, constructor } = input as Partial<DynamoDBClient>; // any of them may be missing
  const { serviceId = "DynamoDB" } = (config ?? {}) as { serviceId?: string };
  return (
    typeof send === "function" &&
    typeof middlewareStack?.add === "function" &&
    typeof config === "object" &&
    serviceId === "DynamoDB" &&
    !/dax/iu.test(constructor?.name ?? "")
  );
}

/** The options of one store, parsed once, with their defaults, and what the store remembers between requests. */
export interface StoreConfig extends Omit<Table, "signal">, Waits {
  readonly limits: Limits | undefined;
  readonly initial: number;
  readonly retentionSeconds: number;
  readonly strategy: Strategy;
  readonly shards: number | undefined;
  readonly window: CounterWindow | undefined;
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly cache: StoreCache;
  /** Whether the cache gets the values that were seen: for the capabilities `applyAll` and `holds`, which guess them. */
  readonly remembersValues: boolean;
  /** What a store with the capability `holds` knows of them. */
  readonly holds: HoldSupport | undefined;
}

/** What one call of a store works with. */
export type CallConfig = StoreConfig & Table;

/** @throws CounterError `invalid-input` for options that are not valid */
export function parseStoreOptions(input: ParsedOptions): StoreConfig {
  const { idempotency, ...options } = parseInput(optionsParser, input, "options");
  if (options.shards !== undefined) checkUnlimited(options, "options");
  return {
    client: options.client,
    tableName: options.tableName,
    keys: tableKeys(options.keys),
    limits: options.limits,
    initial: options.initial ?? 0,
    retentionSeconds: idempotency?.retentionSeconds ?? 3_600,
    strategy: idempotency?.strategy ?? "auto",
    shards: options.shards,
    holds: options.capabilities?.find(({ holds }) => holds !== undefined)?.holds,
    window: options.window,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    now: wholeMilliseconds(options.now ?? Date.now),
    sleep: options.sleep ?? sleep,
    random: options.random ?? Math.random,
    cache: createStoreCache(),
    remembersValues: options.capabilities?.some(({ name }) => name !== "getMany") ?? false,
  };
}

/** A key says in whole milliseconds when it was generated, and `issuedAt` is whole as well; a clock may be finer. */
function wholeMilliseconds(now: () => number): () => number {
  return () => Math.floor(now());
}

/**
 * Refuses limits, an initial value and a window if counters are spread over shards: no shard knows the whole value.
 *
 * @throws CounterError `invalid-input`
 */
export function checkUnlimited(
  { limits, initial = 0, window }: CounterOptions & { readonly window?: CounterWindow | undefined },
  what: string,
): void {
  const refuse = (why: string) => {
    throw new CounterError("invalid-input", `${what}.${why}`);
  };
  if ((limits?.min ?? limits?.max) !== undefined)
    refuse(`limits is ${quoted(limits)}, and no shard knows the whole; leave "limits" out, or "shards".`);
  if (window !== undefined)
    refuse(`window is ${quoted(window.name)}, and shards have no windows; leave "window" out, or "shards".`);
  if (initial !== 0)
    refuse(
      `initial is ${initial}, and shards start at 0; leave "initial" out and count it once, under an idempotency key.`,
    );
}

/** The window of a call: its own, or else the store's. */
export function windowOf(
  config: StoreConfig,
  { window }: { readonly window?: CounterWindow | undefined },
): CounterWindow | undefined {
  if (window === undefined) return config.window;
  if (config.shards !== undefined) checkUnlimited({ window }, "options");
  return parseInput(counterWindowParser, window, "options.window");
}
