import { decrement, increment, set, type Command } from "@durable-counter/core";
import fc from "fast-check";
import { startsCompaction } from "./compaction.ts";
import { keyAttribute } from "./idempotency-key.ts";
import type { Strategy } from "./store-options.ts";

/** How many processes there are at a time. */
export const PROCESSES = 3;

/** AWS refuses the signature of a request that is older. */
const MAX_FLIGHT_MS = 300_000;

/** What becomes of the n-th message of a history. Those that are not listed are executed and answered. */
export interface Fate {
  readonly kind:
    "delivered" | "request lost" | "reply lost" | "reset before" | "reset after" | "late" | "twice";
  /** How much later it arrives, or its copy does. */
  readonly lateMs: number;
}

/** What happens next in a history. */
export type HistoryEvent = { readonly afterMs: number; readonly process: number } & (
  | {
      readonly kind: "send";
      /** Which of the requests, perhaps not for the first time. */
      readonly request: number;
      readonly callerId: string | undefined;
      /** Whether the process has just been started, with an empty cache. */
      readonly isFresh: boolean;
      /** How long after an unknown outcome it sends the request again, as the error says, each time. */
      readonly retriesAfterMs: readonly number[];
    }
  | { readonly kind: "delete" }
  | { readonly kind: "die" }
  | { readonly kind: "freeze"; readonly forMs: number }
);

/** A history: what several processes do with one counter, and what the network does to them. */
export interface History {
  readonly strategy: Strategy;
  /** Whether the engine has transactions. One without also says nothing about why a condition failed. */
  readonly transactions: boolean;
  readonly onLimit: "reject" | "clamp";
  readonly retentionSeconds: number;
  /** By how much the clock of each process is ahead, in seconds. */
  readonly aheadSeconds: readonly number[];
  /** How many keys of other requests the counter has at first. */
  readonly liveKeys: number;
  /** How often a client sends a message by itself. */
  readonly maxAttempts: number;
  readonly events: readonly HistoryEvent[];
  readonly fates: readonly Fate[];
}

/** Every other one of these keys starts a compaction. */
const KEYS = [true, false].map((compacts) =>
  Array.from({ length: 400 }, (_, n) => `key-${n}`).filter(
    (key) => startsCompaction(keyAttribute(key)) === compacts,
  ),
);

/** The requests of a history: with a key and the time at which it was issued, with a key alone, or without a key. */
export const REQUESTS = Array.from({ length: 9 }, (_, n) => ({
  name: `request ${n}`,
  keeps: (["key and time", "key", "nothing"] as const)[n % 3],
  idempotencyKey: KEYS[n % 2]?.[n] ?? "",
  commands: commandsOf(n),
}));

function commandsOf(n: number): readonly Command[] {
  if (n === 1) return [set(6)];
  if (n === 5) return [decrement(3), set(2), increment()];
  if (n === 7) return [set(14), increment(9)]; // passes the maximum, whatever the value is
  return [n % 4 === 3 ? increment(n + 2) : decrement(n + 1)];
}

const afterMs = fc.constantFrom(0, 0, 2, 5, 20, 1_000, 20_000, 100_000, 250_000);

const event: fc.Arbitrary<HistoryEvent> = fc
  .tuple(
    fc.record({ afterMs, process: fc.nat({ max: PROCESSES - 1 }) }),
    fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({
          kind: fc.constant("send" as const),
          request: fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: REQUESTS.length - 1 })),
          callerId: fc.constantFrom("a", "b", undefined),
          isFresh: fc.boolean(),
          retriesAfterMs: fc.array(fc.constantFrom(0, 10_000, 90_000, 400_000), { maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("die" as const) }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant("freeze" as const),
          forMs: fc.constantFrom(3_000, 200_000),
        }),
      },
    ),
  )
  .map(([when, what]) => ({ ...when, ...what }));

const fate: fc.Arbitrary<Fate> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant("delivered" as const) },
    {
      weight: 5,
      arbitrary: fc.constantFrom<Fate["kind"]>(
        "request lost",
        "reply lost",
        "reset before",
        "reset after",
        "late",
        "late",
        "twice",
      ),
    },
  ),
  lateMs: fc.oneof(fc.constantFrom(0, 30, 6_000, MAX_FLIGHT_MS), fc.nat({ max: MAX_FLIGHT_MS })),
});

/** Random histories. */
export const history: fc.Arbitrary<History> = fc.record({
  strategy: fc.constantFrom("inline", "separate-item", "auto"),
  transactions: fc.constantFrom(true, true, false),
  onLimit: fc.constantFrom("reject", "reject", "clamp"),
  retentionSeconds: fc.constantFrom(60, 200, 600),
  aheadSeconds: fc.array(fc.constantFrom(0, 0, -60, 60, 33), { minLength: PROCESSES, maxLength: PROCESSES }),
  liveKeys: fc.constantFrom(0, 0, 0, 100, 100),
  maxAttempts: fc.constantFrom(1, 1, 3),
  events: fc.array(event, { minLength: 3, maxLength: 16 }),
  fates: fc.array(fate, { minLength: 5, maxLength: 60 }),
});
