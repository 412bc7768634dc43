import { outcomeOf, type HistoryOperation } from "./history.ts";
import { modelCall, type ModelCall } from "./model-call.ts";
import type { Model } from "./model.ts";

/** The calls of each key. Keys are checked one by one, because no call uses two of them. */
export function partition<State>(
  history: readonly HistoryOperation[],
  model: Model<State, unknown, unknown>,
): ReadonlyMap<string, readonly ModelCall<State>[]> {
  const parts = new Map<string, { readonly operations: HistoryOperation[]; readonly inputs: unknown[] }>();
  for (const [index, operation] of history.entries()) {
    const { key = "", input } = operation;
    // It had no effect, and its output is unknown.
    if (outcomeOf(operation) === "failed" && !("output" in operation)) continue;
    const parsed = model.parse === undefined ? input : model.parse(input, `history[${index}].input`);
    const part = parts.get(key) ?? { operations: [], inputs: [] };
    parts.set(key, part);
    part.operations.push(operation);
    part.inputs.push(parsed);
  }
  return new Map(
    Array.from(parts, ([key, { operations, inputs }]) => {
      const simple = model.simplify?.(inputs) ?? inputs;
      return [key, operations.map((operation, index) => modelCall(operation, simple[index], model))];
    }),
  );
}

/** An operation that takes effect between its start and its end. */
interface Timed {
  readonly start: number;
}

/**
 * Merges orders that keep to real time into one that does too. Every operation takes effect as early as its own order
 * allows.
 */
export function linearOrder<T extends Timed>(orders: readonly (readonly T[])[]): readonly T[] {
  return orders
    .flatMap((order) => {
      let moment = -Infinity;
      return order.map((operation) => {
        moment = Math.max(moment, operation.start);
        return { operation, moment };
      });
    })
    .toSorted((a, b) => a.moment - b.moment)
    .map(({ operation }) => operation);
}
