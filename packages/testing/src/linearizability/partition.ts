import { outcomeOf, type HistoryOperation } from "./history.ts";
import { modelCall, type ModelCall } from "./model-call.ts";
import type { Model } from "./model.ts";

/** The calls of each key. Keys are checked one by one, because no call uses two of them. */
export function partition<State>(
  history: readonly HistoryOperation[],
  model: Model<State, unknown, unknown>,
): ReadonlyMap<string, readonly ModelCall<State>[]> {
  const parsed = history.flatMap((operation, index) => {
    // It had no effect, and its output is unknown.
    if (outcomeOf(operation) === "failed" && !("output" in operation)) return [];
    const { key = "", input } = operation;
    const own = model.parse === undefined ? input : model.parse(input, `history[${index}].input`);
    return [{ key, operation, input: own }];
  });
  const parts = Map.groupBy(parsed, ({ key }) => key);
  return new Map(
    Array.from(parts, ([key, part]) => {
      const inputs = part.map(({ input }) => input);
      const simple = model.simplify?.(inputs) ?? inputs;
      return [key, part.map(({ operation }, index) => modelCall(operation, simple[index], model))];
    }),
  );
}

/**
 * Merges orders that keep to real time into one that does too. Every operation takes effect as early as its own order
 * allows.
 */
export function linearOrder(orders: readonly (readonly HistoryOperation[])[]): readonly HistoryOperation[] {
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
