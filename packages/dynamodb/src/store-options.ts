import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CounterError, CounterOptions, instead, parse } from "@durable-counter/core";
import * as z from "zod/mini";
import type { Strategy } from "./count-once.ts";

export interface DynamoDBCounterStoreOptions extends CounterOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly dedupe?:
    | {
        /**
         * How long a token is remembered, in whole seconds from 60 to a year; by default 3,600. The same for every
         * store that may see the same token.
         */
        readonly windowSeconds?: number | undefined;
        /**
         * Where: `inline`, in the counter's item, one update per batch; `marker`, each in an item of its own, one
         * transaction per batch; `auto`, the default, inline until a counter has many live tokens, then markers.
         */
        readonly strategy?: Strategy | undefined;
      }
    | undefined;
  /**
   * Spreads every counter over so many items, 2 to 256, for more writes a second than one item takes. Such counters
   * have no limits and start at 0; results are those of the shard that counted, `get` tells the sum. The number
   * cannot change during the life of a counter.
   */
  readonly shards?: number | undefined;
  /** The time in milliseconds since 1970; by default the system's clock. */
  readonly now?: (() => number) | undefined;
}

const YEAR_SECONDS = 31_536_000;
const MAX_SHARDS = 256;

const whole = (least: number, most: number, remedy: string) =>
  z.custom<number>((n) => Number.isInteger(n) && n >= least && n <= most, instead(remedy));

const Options = z.strictObject(
  {
    client: z.custom<DynamoDBClient>(
      (client) => typeof (client as Partial<DynamoDBClient> | undefined)?.send === "function",
      instead("pass a DynamoDBClient"),
    ),
    tableName: z.custom<string>(
      (name) => typeof name === "string" && name.length >= 3,
      instead("pass the table's name or ARN"),
    ),
    dedupe: z.optional(
      z.strictObject(
        {
          windowSeconds: z.optional(whole(60, YEAR_SECONDS, "pass whole seconds from 60 to a year")),
          strategy: z.optional(
            z.literal(["auto", "inline", "marker"], instead('pass "auto", "inline" or "marker"')),
          ),
        },
        instead('pass only "windowSeconds" and "strategy"'),
      ),
    ),
    shards: z.optional(whole(2, MAX_SHARDS, `pass a whole number from 2 to ${MAX_SHARDS}`)),
    now: z.optional(z.custom<() => number>((now) => typeof now === "function", instead("pass a function"))),
    limits: z.optional(z.unknown()),
    initial: z.optional(z.unknown()),
  },
  instead('pass only "client", "tableName", "dedupe", "shards", "now", "limits" and "initial"'),
);

/** @throws CounterError `invalid-command` for options that cannot be */
export function parseStoreOptions(input: DynamoDBCounterStoreOptions) {
  const { limits, initial, dedupe = {}, now = Date.now, ...options } = parse(Options, input, "options");
  const { windowSeconds = 3_600, strategy = "auto" } = dedupe;
  const defaults = parse(CounterOptions, { limits, initial }, "options");
  if (options.shards !== undefined) checkUnlimited(defaults, "options");
  return { ...options, ...defaults, windowSeconds, strategy, now };
}

/**
 * Refuses limits and an initial value where a counter is spread over items, of which none knows the whole.
 *
 * @throws CounterError `invalid-command`
 */
export function checkUnlimited({ limits, initial = 0 }: CounterOptions, what: string): void {
  const limit = limits?.min ?? limits?.max;
  if (limit !== undefined) {
    throw new CounterError(
      "invalid-command",
      `${what}.limits is ${JSON.stringify(limits)}, and no shard knows the whole; leave "limits" out, or "shards".`,
    );
  }
  if (initial !== 0) {
    throw new CounterError(
      "invalid-command",
      `${what}.initial is ${initial}, and shards start at 0; leave "initial" out and count it once, under a token.`,
    );
  }
}
