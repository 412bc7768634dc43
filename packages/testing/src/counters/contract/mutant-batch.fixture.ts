import {
  applyBatch,
  applyCommand,
  CounterError,
  type BatchResult,
  type Command,
  type Limits,
} from "@durable-counter/core";
import { mutatedSet } from "./mutant-set.fixture.ts";
import type { Mutant } from "./mutants.fixture.ts";

/** What a mutant store keeps of a counter. */
export interface Item {
  value: number;
  readonly keys: Map<string, Use>;
}

/** What it keeps of an idempotency key. */
export interface Use {
  readonly commands: string;
  readonly before: number;
  readonly limits: Limits;
}

interface Batch {
  readonly before: number;
  readonly commands: readonly Command[];
  readonly limits: Limits;
  readonly id: string;
}

/**
 * Applies a batch with one mutation, or with none.
 *
 * @param counter `save` keeps the item; `onRefusal` is called when the limits have refused the batch
 */
export function mutatedBatch(
  bug: Mutant | undefined,
  {
    item,
    save,
    onRefusal,
  }: { readonly item: Item; readonly save: () => void; readonly onRefusal: () => void },
  { before, commands, limits, id }: Batch,
): BatchResult {
  const has = (mutant: Mutant) => bug === mutant;
  const { min = -Infinity, max = Infinity } = limits;
  const outside = before < min || before > max;
  const ordered = has("applies commands backwards") ? commands.toReversed() : commands;
  const clamps = limits.onLimit === "clamp";
  try {
    const mutated = mutatedSet(bug, before, commands, limits);
    if (mutated !== undefined) return mutated;
    if (has("applies the commands before the refused one")) {
      const results = [];
      for (const command of commands) {
        results.push(applyCommand(item.value, command, limits, id));
        item.value = results.at(-1)?.after ?? item.value;
        save();
      }
      return { value: item.value, results };
    }
    if (has(clamps ? "clamps only the last value" : "limits only the last value")) {
      const result = applyBatch(before, ordered);
      const net = result.value - before;
      const command: Command = { type: net < 0 ? "decrement" : "increment", amount: Math.abs(net) };
      return { ...result, value: applyCommand(before, command, limits, id).after };
    }
    if (has("pulls a value back into the limits") && clamps) {
      return applyBatch(Math.min(Math.max(before, min), max), ordered, limits, id);
    }
    if (has("lets a value outside the limits go on") && outside) return applyBatch(before, ordered, {}, id);
    if (has("holds on to a value outside the limits") && outside) {
      throw new CounterError("limit-exceeded", "Outside.");
    }
    return applyBatch(before, ordered, limits, id);
  } catch (error) {
    onRefusal();
    if (has("rounds beyond 2^53")) {
      const after = before + sumOf(commands);
      if (Math.abs(after) > Number.MAX_SAFE_INTEGER) return { value: after, results: [] };
    }
    throw has("says too little") ? new CounterError("limit-exceeded", "Too much.") : error;
  }
}

/** The net effect of commands on a counter without limits that is at 0. */
export function sumOf(commands: readonly Command[]): number {
  return commands.reduce((sum, command) => {
    if (command.type === "get") return sum;
    if (command.type === "set") return command.value;
    return sum + (command.type === "increment" ? 1 : -1) * command.amount;
  }, 0);
}
