import { withDurableExecution, type DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import {
  CounterError,
  counterRequestParser,
  isCounterError,
  parseInput,
  type BatchResult,
  type Command,
  type CommandResult,
  type WindowResult,
} from "@durable-counter/core";
import {
  defaultName,
  parseHandlerOptions,
  type CounterConfig,
  type CounterHandlerOptions,
} from "./counter-config.ts";
import { createOperations, type Operations } from "./operations.ts";
import { serializeCounterError } from "./restore-counter-error.ts";

/**
 * Creates a durable Lambda handler. Its event is a `CounterRequest`, its result a `BatchResult`.
 *
 * With one step per command, a refused command leaves the commands before it applied. The error says which, and its `details`
 * have their number as `appliedCount` and the value that they left as `value`. An invalid event fails the execution before any
 * step.
 *
 * @throws CounterError `invalid-input` for invalid options
 * @example
 * ```ts
 * export const handler = createCounterHandler({ store, limits: { min: 0 }, steps: "command" });
 * ```
 */
export function createCounterHandler(options: CounterHandlerOptions = {}): CounterHandler {
  const { steps = "command", store, logger, limits, initial, window } = parseHandlerOptions(options);
  return withDurableExecution(async (event: unknown, context): Promise<BatchResult> => {
    const { counterId, commands, idempotencyKey, issuedAt } = parseInput(
      counterRequestParser,
      event,
      "event",
    );
    const config: CounterConfig = {
      name: defaultName(counterId),
      label: counterId,
      logger,
      limits,
      initial,
      shared: store && { store, id: counterId, idempotencyKey, issuedAt, window },
    };
    const operations = createOperations(context, config);
    return steps === "batch" ? operations.batch(commands) : oneByOne(operations, commands);
  });
}

/** The handler that `createCounterHandler` returns. `~result` exists for the type check only: the test kit infers from it. */
export type CounterHandler = DurableLambdaHandler & { readonly "~result"?: BatchResult };

async function oneByOne({ single }: Operations, commands: readonly Command[]): Promise<BatchResult> {
  const results: CommandResult[] = [];
  let inWindow: WindowResult = {};
  for (const command of commands) {
    try {
      const { type, before, after, ...applied } = await single(command);
      results.push({ type, before, after });
      inWindow = applied;
    } catch (error) {
      if (!isCounterError(error)) throw error;
      throw serializeCounterError(commandFailed(results, commands.length, error));
    }
  }
  return { value: results.at(-1)?.after ?? 0, results, ...inWindow };
}

/** The error of one command, and what became of those before it. */
function commandFailed(applied: readonly CommandResult[], length: number, error: CounterError): CounterError {
  const count = applied.length;
  const value = applied.at(-1)?.after;
  const before =
    count === 0
      ? "No command was applied before it"
      : `${count === 1 ? "Command 1 was" : `Commands 1 to ${count} were`} applied, stay so, and left the value at ${value}`;
  return new CounterError(
    error.code,
    `${before}; command ${count + 1} of ${length} failed. ${error.message}`,
    {
      cause: error,
      details: { ...error.details, appliedCount: count, ...(value !== undefined && { value }) },
    },
  );
}
