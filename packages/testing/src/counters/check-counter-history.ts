import {
  checkLinearizable as checkAgainstModel,
  type LinearizabilityOptions,
  type LinearizabilityResult,
} from "../linearizability/check-linearizable.ts";
import type { HistoryOperation } from "../linearizability/history.ts";
import type { Model } from "../linearizability/model.ts";
import { counterModel } from "./counter-model.ts";
import type { CounterInput, CounterOperation, CounterOutput } from "./counter-operation.ts";

/**
 * Checks whether a history is linearizable: whether each operation can have taken effect at one moment between its
 * start and its end. The check is exact. Each key is checked by itself.
 *
 * @param history the operations, in any order
 * @param model what the object does when it runs one operation at a time. Default: {@link counterModel}, without limits
 * @throws TypeError for an invalid history or invalid options
 * @throws CounterError `invalid-input` for an operation that is no counter operation
 * @throws SearchBudgetExceededError when the budget ends before there is a verdict
 * @example
 * ```ts
 * const store = recordHistory(new MemoryCounterStore());
 * await Promise.all([1, 2].map(() => store.apply({ id: "cart-7", commands: [increment()] })));
 * expect(checkLinearizable(store.history)).toMatchObject({ linearizable: true });
 * ```
 */
export function checkLinearizable(
  history: readonly CounterOperation[],
  model?: undefined,
  options?: LinearizabilityOptions,
): LinearizabilityResult<CounterInput, CounterOutput>;
export function checkLinearizable<State, Input, Output>(
  history: readonly HistoryOperation<Input, Output>[],
  model: Model<State, Input, Output>,
  options?: LinearizabilityOptions,
): LinearizabilityResult<Input, Output>;
export function checkLinearizable(
  history: readonly HistoryOperation[],
  model: Model<unknown, unknown, unknown> = counterModel(),
  options?: LinearizabilityOptions,
): LinearizabilityResult {
  return checkAgainstModel(history, model, options);
}
