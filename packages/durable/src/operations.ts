import type { DurableContext } from "@aws/durable-execution-sdk-js";
import {
  type ApplyResult,
  type BatchResult,
  type Command,
  type CommandResult,
  type WindowResult,
} from "@durable-counter/core";
import type { CounterConfig } from "./counter-config.ts";
import { createCounterLog } from "./counter-log.ts";
import { contextPath } from "./context-path.ts";
import { operationName, uniqueName } from "./operation-name.ts";
import { operationLimitError, operationQuota } from "./operation-quota.ts";
import { ignoreUnhandledRejection, operationStep } from "./operation-step.ts";
import { restoreCounterError } from "./restore-counter-error.ts";
import { createStateBackend } from "./state-backend.ts";

/** A counter's commands as durable steps, one after another in call order. */
export interface Operations {
  readonly single: (command: Command) => Promise<CommandResult & WindowResult>;
  /** As `single`, but checkpoints and returns the value after the command alone. */
  readonly value: (command: Command) => Promise<number>;
  readonly batch: (commands: readonly Command[]) => Promise<BatchResult>;
}

/** @throws CounterError `misconfigured` where exactly-once keys cannot be derived */
export function createOperations(context: DurableContext, config: CounterConfig): Operations {
  const { label } = config;
  const backend = createStateBackend(context, config);
  const counter = uniqueName(context, config.name);
  const takeOperation = operationQuota(context);
  const log = createLog(context, config);
  let calls = 0;
  let last = Promise.resolve(config.initial ?? 0);

  const operate = <R>(
    kind: Command["type"] | "batch",
    commands: readonly Command[],
    toResult: (applied: ApplyResult) => R,
    valueOf: (result: R) => number,
  ): Promise<R> => {
    const before = last;
    const sequence = calls;
    const name = operationName(counter, sequence, kind, commands);
    if (!takeOperation(name)) return ignoreUnhandledRejection(refuse(before));
    calls++;
    const apply = backend({ counter, sequence, commands });
    // The next operation's turn comes with the result of this one, not with its checkpoint. Checkpoints land in order, so
    // concurrent calls can share them.
    const turn = Promise.withResolvers<number>();
    last = turn.promise;
    // The step starts now. The backend waits for its turn.
    const step = operationStep(context, name, async (attempt) => {
      // Logged inside the body, which a replay does not run again.
      const record = log?.({
        operationName: name,
        sequence,
        attempt,
        type: kind,
        commands: commands.length,
      });
      try {
        const applied = await apply(before);
        record?.answered(applied);
        turn.resolve(applied.value);
        return toResult(applied);
      } catch (error) {
        record?.threw(error);
        throw error;
      }
    });
    return ignoreUnhandledRejection(
      step.then(
        (result) => {
          turn.resolve(valueOf(result));
          return result;
        },
        (error: unknown) => {
          turn.resolve(before); // a refused operation leaves the value as it was
          throw restoreCounterError(error);
        },
      ),
    );
  };

  const refuse = async (before: Promise<number>): Promise<never> => {
    const value = await before;
    throw operationLimitError(`Counter ${JSON.stringify(label)}`, calls, value);
  };

  return {
    single: (command) => operate(command.type, [command], onlyResult, ({ after }) => after),
    value: (command) => operate(command.type, [command], valueAfter, itself),
    batch: (commands) => operate("batch", commands, withoutReplayed, valueAfter),
  };
}

function createLog(context: DurableContext, { logger, label }: CounterConfig) {
  const path = contextPath(context);
  return (
    logger &&
    createCounterLog(logger, {
      counter: label,
      executionArn: context.executionContext.durableExecutionArn,
      ...(path !== undefined && { context: path || "root" }),
    })
  );
}

const onlyResult = ({ value: _value, results: [result], replayed: _replayed, ...inWindow }: ApplyResult) => ({
  ...(result as CommandResult), // one command, one result
  ...inWindow,
});
const valueAfter = ({ value }: BatchResult) => value;
const withoutReplayed = ({ replayed: _replayed, ...result }: ApplyResult) => result;
const itself = (value: number) => value;
