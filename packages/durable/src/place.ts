import type { DurableContext } from "@aws/durable-execution-sdk-js";
import {
  CounterId,
  CounterOptions,
  withRemedy,
  IssuedAt,
  parseInput,
  IdempotencyKey,
  type CounterStore,
} from "@durable-counter/core";
import * as z from "zod/mini";
import { createCounterLog, Logger, type CounterLog, type CounterLogger } from "./counter-log.ts";
import { executionHome, storeHome, type Home } from "./home.ts";
import { positionOf, toldPosition } from "./position.ts";

interface Named extends CounterOptions {
  /** Begins the names of the counter's operations: 1–200 printable ASCII characters, by default `counter`. */
  readonly name?: string | undefined;
  /** Gets one record for every operation that was applied, replayed or rejected; by default nobody is told. */
  readonly logger?: CounterLogger | undefined;
}

/** The state lives in the execution: no other execution sees it. */
export interface ExecutionCounterOptions extends Named {
  readonly store?: undefined;
}

/** The state lives in a store, under an id, and is shared by every execution that uses it. */
export interface SharedCounterOptions extends Named {
  readonly store: CounterStore;
  readonly id: string;
  /**
   * The idempotency key of the request that started this execution, if it has one. It takes the place of the execution's ARN
   * in the keys of the operations: an event that is delivered twice starts two executions and still counts once.
   * It names the request to this function: where one event passes through several functions that count on the same
   * counter, give each its own `name`, or the second one's count is taken for a delivery of the first's.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * When that idempotency key was first sent, in ms since 1970. An operation that reaches the store later than it remembers keys
   * is then refused as `idempotency-key-expired`, where it might have been counted before.
   */
  readonly issuedAt?: number | undefined;
}

/** What is not checked here would be noticed by the first operation, inside a step that is tried again and again. */
export const Store = z.custom<CounterStore>(
  // Every function has an `apply`, too.
  (store) =>
    typeof store === "object" && store !== null && "apply" in store && typeof store.apply === "function",
  withRemedy("pass a CounterStore"),
);

const Options = z
  .strictObject(
    {
      name: z.optional(
        z.custom<string>(
          (text) => typeof text === "string" && /^[\x20-\x7e]{1,200}$/u.test(text),
          withRemedy("pass 1 to 200 printable ASCII characters"),
        ),
      ),
      store: z.optional(Store),
      id: z.optional(CounterId),
      idempotencyKey: z.optional(IdempotencyKey),
      issuedAt: z.optional(IssuedAt),
      logger: z.optional(Logger),
      limits: z.optional(z.unknown()),
      initial: z.optional(z.unknown()),
    },
    withRemedy(
      'pass only "name", "limits", "initial" and "logger", and with a "store" also "id", "idempotencyKey" and "issuedAt"',
    ),
  )
  .check(
    z.refine(
      ({ store, id }) => (store === undefined) === (id === undefined),
      withRemedy('pass "store" and "id" together'),
    ),
    z.refine(
      ({ store, idempotencyKey }) => store !== undefined || idempotencyKey === undefined,
      withRemedy('pass "idempotencyKey" only with a "store"'),
    ),
    z.refine(
      ({ idempotencyKey, issuedAt }) => idempotencyKey !== undefined || issuedAt === undefined,
      withRemedy('pass "issuedAt" only with a "idempotencyKey"'),
    ),
  );

/** Where a counter's state lives, and what its operations are called. */
export interface Place {
  readonly name: string;
  /** What errors and records call the counter: its id, or else its name. */
  readonly label: string;
  readonly home: Home;
  readonly log: CounterLog | undefined;
  /** The value in the execution before the first operation. */
  readonly initial: number;
}

/**
 * Reads the options of a counter.
 *
 * @param called names a counter without an id in errors and records; by default its name
 * @throws CounterError `invalid-input`
 * @throws TypeError for a context without a position, where the state lives in a store
 */
export function placeOf(
  context: DurableContext,
  options: ExecutionCounterOptions | SharedCounterOptions,
  called?: string,
): Place {
  const {
    name = "counter",
    store,
    id,
    idempotencyKey,
    issuedAt,
    logger,
    limits,
    initial,
  } = parseInput(Options, options, "options");
  const counterOptions = parseInput(CounterOptions, { limits, initial }, "options");
  const arn = context.executionContext.durableExecutionArn;
  const label = id ?? called ?? name;
  return {
    name,
    label,
    initial: counterOptions.initial ?? 0,
    home:
      store === undefined || id === undefined
        ? executionHome(label, counterOptions)
        : storeHome(store, id, counterOptions, {
            arn,
            idempotencyKey,
            issuedAt,
            position: positionOf(context),
          }),
    log: logger && createCounterLog(logger, { counter: label, executionArn: arn, ...whereIn(context) }),
  };
}

function whereIn(context: DurableContext): { readonly context?: string } {
  const position = toldPosition(context);
  return position === undefined ? {} : { context: position || "root" };
}
