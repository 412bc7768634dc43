import type { Expression } from "./condition.ts";
import { serviceError, type DynaliteActions, type Input, type Outcome } from "./dynalite-actions.ts";
import type { StoredItem } from "./table-store.ts";

/** A condition or a filter, as dynalite keeps it beside the input. */
interface Parsed {
  readonly expression: Expression;
}

/** Whether an item, or nothing, fulfils a write's condition. */
export function checkCondition(
  input: Input,
  item: StoredItem | undefined,
  actions: DynaliteActions,
): Outcome {
  const condition = input["_condition"] as Parsed | undefined;
  if (condition === undefined || actions.fulfils(item ?? {}, condition.expression)) return { result: {} };
  return { refusal: serviceError("ConditionalCheckFailedException", "The conditional request failed") };
}

/** Writes one item, if its condition is fulfilled. */
export function conditionalWrite(
  action: string,
  { _condition, ...input }: Input,
  item: StoredItem | undefined,
  actions: DynaliteActions,
): Outcome {
  const checked = checkCondition({ _condition }, item, actions);
  return "refusal" in checked ? checked : actions.run(action, input);
}

/** Fulfilled by every item. */
const ALWAYS: Expression = { type: "function", name: "attribute_not_exists", args: [["\0"]] };

/** Queries or scans, filters what is found, and then projects it. */
export function readMany(
  action: string,
  { _projection, _filter, ...input }: Input,
  actions: DynaliteActions,
): Outcome {
  const filter = _filter as Parsed | undefined;
  const projection = _projection as { readonly paths: readonly unknown[] } | undefined;
  const { Select } = input;
  const outcome = actions.run(action, {
    ...input,
    ...(filter !== undefined && { _filter: { ...filter, expression: ALWAYS } }),
    ...(Select === "COUNT" && { Select: "ALL_ATTRIBUTES" }),
  });
  if ("refusal" in outcome) return outcome;
  const { Items = [], ...rest } = outcome.result as { Items?: readonly StoredItem[] };
  const found = Items.filter((item) => filter === undefined || actions.fulfils(item, filter.expression));
  const shown = found.map((item) =>
    projection === undefined ? item : actions.project(projection.paths, item),
  );
  return { result: { ...rest, Count: found.length, ...(Select !== "COUNT" && { Items: shown }) } };
}
