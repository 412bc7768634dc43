import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { type BatchResult, type Command, type CommandResult, type ApplyResult } from "@durable-counter/core";
import { carried, revived } from "./carried-error.ts";
import { claimName } from "./counter-name.ts";
import { handled } from "./handled.ts";
import { noOperationLeft } from "./no-operation-left.ts";
import { budgetOf } from "./operation-budget.ts";
import type { Place } from "./place.ts";
import { retryStrategy } from "./retry-strategy.ts";

/** A counter's commands as durable steps, one after another in call order. */
export interface Operations {
  readonly single: (command: Command) => Promise<CommandResult>;
  /** {@link Operations.single} for who wants the value after alone: nothing else is checkpointed. */
  readonly value: (command: Command) => Promise<number>;
  readonly batch: (commands: readonly Command[]) => Promise<BatchResult>;
}

export function createOperations(context: DurableContext, place: Place): Operations {
  const { home, log } = place;
  const counter = claimName(context, place.name);
  const budget = budgetOf(context);
  let calls = 0;
  let last: Promise<number> = Promise.resolve(place.initial);

  const operate = <R>(
    kind: Command["type"] | "batch",
    commands: readonly Command[],
    toResult: (receipt: ApplyResult) => R,
    valueOf: (result: R) => number,
  ): Promise<R> => {
    const before = last;
    if (!budget.take()) return handled(refused(before));
    const sequence = calls++;
    const operationName = `${counter}/${sequence}/${kind}`;
    // The next one's turn comes with our result, not with its checkpoint: checkpoints land in order, so that calls made
    // at once share theirs.
    const turn = Promise.withResolvers<number>();
    last = turn.promise;
    // The step starts now, so that its position follows from the order of calls alone; its body waits its turn.
    const step = context.step(
      operationName,
      async ({ attempt }) => {
        const known = await before;
        // Told from within the body: a replay does not run it again.
        const tell = log?.({ operationName, sequence, attempt, type: kind, commands: commands.length });
        try {
          const receipt = await home(commands, known, { counter, sequence });
          tell?.answered(receipt);
          turn.resolve(receipt.value);
          return toResult(receipt);
        } catch (error) {
          tell?.threw(error);
          throw carried(error);
        }
      },
      { retryStrategy },
    );
    const answer: Promise<R> = step.then(
      (result) => {
        turn.resolve(valueOf(result));
        return result;
      },
      (error: unknown) => {
        // A refused operation leaves the value as it was.
        turn.resolve(before);
        answer.catch(() => undefined); // nobody may have come to await it yet
        return revive(error);
      },
    );
    return answer;
  };

  /** In its turn, when it is known how far the counter came. */
  const refused = async (before: Promise<number>): Promise<never> => {
    const value = await before;
    const progress = { counter: place.label, operations: calls, value, byCounters: budget.taken() };
    return revive(carried(noOperationLeft(progress)));
  };

  return {
    single: (command) => operate(command.type, [command], onlyResult, ({ after }) => after),
    value: (command) => operate(command.type, [command], valueAfter, itself),
    batch: (commands) => operate("batch", commands, withoutReplayed, valueAfter),
  };
}

const onlyResult = ({ results: [result] }: ApplyResult) => result as CommandResult; // one command, one result
const valueAfter = ({ value }: BatchResult) => value;
const withoutReplayed = ({ value, results }: ApplyResult) => ({ value, results });
const itself = (value: number) => value;

/** Gives a counter error its code back, in place: the SDK's own error object carries its data across every boundary. */
function revive(error: unknown): never {
  throw revived(error);
}
