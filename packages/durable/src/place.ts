import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { CounterId, CounterOptions, instead, parse, Token, type CounterStore } from "@durable-counter/core";
import { z } from "zod";
import { executionHome, storeHome, type Home } from "./home.ts";
import { positionOf } from "./position.ts";

interface Named extends CounterOptions {
  /** Begins the names of the counter's operations: 1–200 printable ASCII characters, by default `counter`. */
  readonly name?: string | undefined;
}

/** The state lives in the execution: no other execution sees it. */
export interface ExecutionCounterOptions extends Named {
  readonly store?: undefined;
}

/** The state lives in a store, under an id, and is shared by every execution that uses it. */
export interface StoreCounterOptions extends Named {
  readonly store: CounterStore;
  readonly id: string;
  /**
   * The token of the request that started this execution, if it has one. It takes the place of the execution's ARN
   * in the tokens of the operations: an event that is delivered twice starts two executions and still counts once.
   * It names the request to this function: where one event passes through several functions that count on the same
   * counter, give each its own `name`, or the second one's count is taken for a delivery of the first's.
   */
  readonly token?: string | undefined;
}

/** What is not checked here would be noticed by the first operation, inside a step that is tried again and again. */
export const Store = z.custom<CounterStore>(
  // Every function has an `apply`, too.
  (store) =>
    typeof store === "object" && store !== null && "apply" in store && typeof store.apply === "function",
  instead("pass a CounterStore"),
);

const Options = z
  .strictObject(
    {
      name: z
        .string(instead("pass 1 to 200 printable ASCII characters"))
        .regex(/^[\x20-\x7e]{1,200}$/u, instead("pass 1 to 200 printable ASCII characters"))
        .default("counter"),
      store: Store.optional(),
      id: CounterId.optional(),
      token: Token.optional(),
      limits: z.unknown().optional(),
      initial: z.unknown().optional(),
    },
    instead('pass only "name", "limits" and "initial", and with a "store" also "id" and "token"'),
  )
  .refine(
    ({ store, id }) => (store === undefined) === (id === undefined),
    instead('pass "store" and "id" together'),
  )
  .refine(
    ({ store, token }) => store !== undefined || token === undefined,
    instead('pass "token" only with a "store"'),
  );

/** Where a counter's state lives, and what its operations are called. */
export interface Place {
  readonly name: string;
  readonly home: Home;
  /** The value in the execution before the first operation. */
  readonly initial: number;
}

/**
 * Reads the options of a counter.
 *
 * @param label names a counter without an id in errors; by default its name
 * @throws CounterError `invalid-command`
 * @throws TypeError for a context without a position, where the state lives in a store
 */
export function placeOf(
  context: DurableContext,
  options: ExecutionCounterOptions | StoreCounterOptions,
  label?: string,
): Place {
  const { name, store, id, token, limits, initial } = parse(Options, options, "options");
  const counterOptions = parse(CounterOptions, { limits, initial }, "options");
  const arn = context.executionContext.durableExecutionArn;
  return {
    name,
    initial: counterOptions.initial ?? 0,
    home:
      store === undefined || id === undefined
        ? executionHome(label ?? name, counterOptions)
        : storeHome(store, id, counterOptions, { arn, token, position: positionOf(context) }),
  };
}
