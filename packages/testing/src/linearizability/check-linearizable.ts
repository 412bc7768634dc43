import { formatValue } from "../format-value.ts";
import { explain } from "./explain.ts";
import { explanationOf } from "./explanation.ts";
import { SearchBudgetExceededError } from "./search-budget-exceeded-error.ts";
import { checkHistory, type HistoryOperation } from "./history.ts";
import { hashOf, type Model } from "./model.ts";
import { linearOrder, partition } from "./partition.ts";
import { search } from "./search.ts";

/** Options of {@link checkLinearizable}. */
export interface LinearizabilityOptions {
  /** The number of configurations to visit, over all keys, before the check stops with an error. Default 1,000,000. */
  readonly budget?: number | undefined;
}

/** The verdict: an order that explains the history, or the operations that contradict each other. */
export type LinearizabilityResult<Input = unknown, Output = unknown> =
  | {
      readonly linearizable: true;
      /**
       * The operations in an order that explains every answer and keeps to real time. Operations that had no effect are
       * missing.
       */
      readonly order: readonly HistoryOperation<Input, Output>[];
    }
  | {
      readonly linearizable: false;
      readonly key: string;
      /** The operations that contradict each other, whatever the other operations did, in start order. */
      readonly explanation: readonly HistoryOperation<Input, Output>[];
      /** The explanation as text, with a timeline. */
      readonly message: string;
    };

const BUDGET = 1_000_000;

/**
 * Checks whether a history is linearizable: whether each operation can have taken effect at one moment between its
 * start and its end. The check is exact. Each key is checked by itself.
 *
 * @param history the operations, in any order
 * @param model what the object does when it runs one operation at a time
 * @throws TypeError for an invalid history or invalid options
 * @throws SearchBudgetExceededError when the budget ends before there is a verdict
 */
export function checkLinearizable<State, Input, Output>(
  history: readonly HistoryOperation<Input, Output>[],
  model: Model<State, Input, Output>,
  options?: LinearizabilityOptions,
): LinearizabilityResult<Input, Output>;
export function checkLinearizable(
  history: readonly HistoryOperation[],
  model: Model<unknown, unknown, unknown>,
  options: LinearizabilityOptions = {},
): LinearizabilityResult {
  checkHistory(history);
  const { budget = BUDGET } = options;
  if (!Number.isInteger(budget) || budget < 1) {
    throw new TypeError(
      `options.budget is ${formatValue(budget)}; pass a whole number of configurations from 1.`,
    );
  }
  const specification = { initial: [model.initial], hash: (state: unknown) => hashOf(model, state) };
  const orders: (readonly HistoryOperation[])[] = [];
  let left = budget;
  for (const [key, calls] of partition(history, model)) {
    const result = search(calls, specification, left);
    if (result.verdict === "unknown") throw new SearchBudgetExceededError(key, calls, budget);
    if (result.verdict === "impossible") {
      const explanation = explanationOf(calls, result.stuck, specification);
      const message = explain(
        key,
        explanation,
        calls.length - explanation.length,
        model.describe?.bind(model),
      );
      return { linearizable: false, key, explanation, message };
    }
    left -= result.visited;
    orders.push(result.order.map(({ operation }) => operation));
  }
  return { linearizable: true, order: linearOrder(orders) };
}
