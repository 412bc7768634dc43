import {
  nameOf,
  serviceError,
  validationError,
  type DynaliteActions,
  type FoundItem,
  type Input,
  type Outcome,
  type Refusal,
} from "./dynalite-actions.ts";
import { checkCondition, conditionalWrite } from "./single-item.ts";
import type { StoredItem, TableStore } from "./table-store.ts";

/** dynalite's actions by the kind of item; a condition is checked with what a deletion takes. */
const ACTIONS = { Put: "putItem", Update: "updateItem", Delete: "deleteItem", ConditionCheck: "deleteItem" };
const KINDS = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]; // the keys it is declared with
const MAX_ITEMS = 100;

interface Choice {
  readonly kind: keyof typeof ACTIONS | "Get";
  readonly action: string;
}

interface Part extends Choice, FoundItem {
  readonly raw: Input;
  readonly input: Input;
}

/** Carries out TransactWriteItems: all of it, or nothing. */
export function transactWrite(body: Input, store: TableStore, actions: DynaliteActions): Outcome {
  const prepared = prepare(
    body,
    (item) => {
      const kinds = KINDS.filter((kind) => item[kind] !== undefined);
      const [kind] = kinds;
      if (kinds.length > 1 || kind === undefined) {
        return "TransactItems can only contain one of Check, Put, Update or Delete";
      }
      return { kind, action: ACTIONS[kind] };
    },
    actions,
  );
  if ("refusal" in prepared) return prepared;
  const outcomes = prepared.parts.map((part) => carryOut(part, actions));
  if (outcomes.every((outcome) => "result" in outcome)) return { result: {} };
  for (const { table, key, before } of prepared.parts) store.getItemDb(table.TableName).restore(key, before);
  return { refusal: cancelled(outcomes.map((outcome, index) => reasonOf(outcome, prepared.parts[index]))) };
}

/** Carries out TransactGetItems. */
export function transactGet(body: Input, actions: DynaliteActions): Outcome {
  const prepared = prepare(body, () => ({ kind: "Get", action: "getItem" }), actions);
  if ("refusal" in prepared) return prepared;
  const outcomes = prepared.parts.map(({ input }) => actions.run("getItem", input));
  if (outcomes.some((outcome) => "refusal" in outcome)) {
    return { refusal: cancelled(outcomes.map((outcome) => reasonOf(outcome, undefined))) };
  }
  return { result: { Responses: outcomes.map((outcome) => ("result" in outcome ? outcome.result : {})) } };
}

function prepare(
  body: Input,
  choose: (item: Input) => Choice | string,
  actions: DynaliteActions,
): { readonly parts: readonly Part[] } | { readonly refusal: Refusal } {
  const items = Array.isArray(body["TransactItems"]) ? (body["TransactItems"] as readonly Input[]) : [];
  if (items.length < 1 || items.length > MAX_ITEMS) {
    return {
      refusal: validationError(
        `1 validation error detected: Value '[...]' at 'transactItems' failed to satisfy constraint: Member must have length ${items.length < 1 ? "greater than or equal to 1" : "less than or equal to 100"}`,
      ),
    };
  }
  const parts: Part[] = [];
  for (const item of items) {
    const choice = choose(item);
    if (typeof choice === "string") return { refusal: validationError(choice) };
    const raw = item[choice.kind] as Input; // what an item of that kind holds
    const validated = actions.validate(choice.action, raw);
    if ("refusal" in validated) return validated;
    const found = actions.find(validated.input);
    if ("refusal" in found) return found;
    parts.push({ ...choice, ...found, ...validated, raw });
  }
  const places = new Set(parts.map(({ table, key }) => `${table.TableName}\n${key}`));
  if (places.size < parts.length) {
    return {
      refusal: validationError("Transaction request cannot include multiple operations on one item"),
    };
  }
  return { parts };
}

function carryOut({ kind, action, input, before }: Part, actions: DynaliteActions): Outcome {
  return kind === "ConditionCheck"
    ? checkCondition(input, before, actions)
    : conditionalWrite(action, input, before, actions);
}

interface Reason {
  readonly Code: string;
  readonly Message?: string | undefined;
  readonly Item?: StoredItem;
}

function reasonOf(outcome: Outcome, part: Part | undefined): Reason {
  if ("result" in outcome) return { Code: "None" };
  const { refusal } = outcome;
  if (nameOf(refusal) !== "ConditionalCheckFailedException") {
    return { Code: "ValidationError", Message: refusal.body.message };
  }
  const showsItem =
    part?.raw["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD" && part.before !== undefined;
  return {
    Code: "ConditionalCheckFailed",
    Message: refusal.body.message,
    ...(showsItem && { Item: part.before }),
  };
}

function cancelled(reasons: readonly Reason[]): Refusal {
  return serviceError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(", ")}]`,
    { CancellationReasons: reasons },
  );
}
