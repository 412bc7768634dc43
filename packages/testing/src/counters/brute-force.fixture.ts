import { applyBatch, isCounterError } from "@durable-counter/core";
import { batchOf, type CounterOperation } from "./counter-operation.ts";

/**
 * Checks linearizability by its definition, for a few operations on one counter without keys: some order of the
 * operations that took effect keeps to real time and explains every answer.
 */
export function isLinearizableByDefinition(history: readonly CounterOperation[]): boolean {
  const optional = history.filter(({ outcome }) => outcome === "unknown");
  const required = history.filter((operation) => !optional.includes(operation));
  return subsets(optional).some((some) =>
    permutations([...required, ...some]).some((order) => explains(order)),
  );
}

function explains(order: readonly CounterOperation[]): boolean {
  let value: number | undefined;
  for (const [index, { input, output, outcome, start }] of order.entries()) {
    // An operation that follows in the order must not have ended before this one started.
    const late = order.slice(index + 1);
    if (late.some(({ end, outcome: its }) => its !== "unknown" && end !== undefined && end < start))
      return false;
    const batch = batchOf(input);
    if (batch === undefined) {
      value = undefined;
      continue;
    }
    let answer: number | string;
    try {
      answer = applyBatch(value ?? 0, batch.commands, batch.limits).value;
      if (batch.commands.some(({ type }) => type !== "get")) value = answer;
    } catch (error) {
      if (!isCounterError(error)) throw error;
      answer = error.code;
    }
    if (outcome !== "unknown" && answer !== output) return false;
  }
  return true;
}

function subsets<T>(list: readonly T[]): readonly (readonly T[])[] {
  return list.reduce<readonly (readonly T[])[]>(
    (all, one) => [...all, ...all.map((some) => [...some, one])],
    [[]],
  );
}

function permutations<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length === 0) return [[]];
  return list.flatMap((first, index) =>
    permutations(list.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}
