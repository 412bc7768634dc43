import { withDurableExecution, type DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import {
  CounterError,
  CounterOptions,
  CounterRequest,
  withRemedy,
  isCounterError,
  parseInput,
  type BatchResult,
  type Command,
  type CommandResult,
  type CounterStore,
} from "@durable-counter/core";
import * as z from "zod/mini";
import { carried } from "./carried-error.ts";
import { Logger, type CounterLogger } from "./counter-log.ts";
import { createOperations, type Operations } from "./operations.ts";
import { placeOf, Store } from "./place.ts";

export interface CounterHandlerOptions extends CounterOptions {
  /** Where the counters live; without one, every execution has a counter of its own. */
  readonly store?: CounterStore | undefined;
  /** One durable step per command, the default, or one for the whole batch: then all or nothing. */
  readonly steps?: "command" | "batch" | undefined;
  /** Gets one record for every operation that was applied, replayed or rejected; by default nobody is told. */
  readonly logger?: CounterLogger | undefined;
}

const Options = z.strictObject(
  {
    store: z.optional(Store),
    limits: z.optional(z.unknown()),
    initial: z.optional(z.unknown()),
    logger: z.optional(Logger),
    steps: z.optional(z.literal(["command", "batch"], withRemedy('pass "command" or "batch"'))),
  },
  withRemedy('pass only "store", "limits", "initial", "steps" and "logger"'),
);

/**
 * A ready-made durable Lambda: its event is a `CounterRequest`, its result a `BatchResult`.
 *
 * With one step per command, a refused command leaves those before it applied; the error says which, and its
 * `details` how many, as `appliedCount`, and the value they left, as `value`. An event that cannot be parsed fails the execution before any step.
 *
 * @throws CounterError `invalid-input` for options that cannot be
 */
export function createCounterHandler(options: CounterHandlerOptions = {}): DurableLambdaHandler {
  const { steps = "command", store, logger, limits, initial } = parseInput(Options, options, "options");
  const counterOptions = parseInput(CounterOptions, { limits, initial }, "options");
  return withDurableExecution(async (event: unknown, context): Promise<BatchResult> => {
    const { counterId, commands, idempotencyKey, issuedAt } = parseInput(CounterRequest, event, "event");
    const where = store === undefined ? {} : { store, id: counterId, idempotencyKey, issuedAt };
    const operations = createOperations(
      context,
      placeOf(context, { ...counterOptions, logger, ...where }, counterId),
    );
    return steps === "batch" ? operations.batch(commands) : oneByOne(operations, commands);
  });
}

async function oneByOne({ single }: Operations, commands: readonly Command[]): Promise<BatchResult> {
  const results: CommandResult[] = [];
  for (const command of commands) {
    try {
      results.push(await single(command));
    } catch (error) {
      throw isCounterError(error) ? carried(after(results, commands.length, error)) : error;
    }
  }
  return { value: results.at(-1)?.after ?? 0, results };
}

/** The refusal of one command, and what became of those before it. */
function after(applied: readonly CommandResult[], length: number, error: CounterError): CounterError {
  const count = applied.length;
  const value = applied.at(-1)?.after;
  const past =
    count === 0
      ? "No command was applied before it"
      : `${count === 1 ? "Command 1 was" : `Commands 1 to ${count} were`} applied, stay so, and left the value at ${value}`;
  return new CounterError(error.code, `${past}; command ${count + 1} of ${length} failed. ${error.message}`, {
    cause: error,
    details: { ...error.details, appliedCount: count, ...(value !== undefined && { value }) },
  });
}
