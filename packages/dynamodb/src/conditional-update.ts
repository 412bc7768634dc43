import type { AttributeValue, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { TrackedUpdateItem } from "./attempt-tracking.ts";
import type { Item } from "./read-item.ts";
import { parametersOf, withParameters } from "./expression-parameters.ts";
import { NOTHING } from "./hold-support.ts";
import { recordFraction, recordText, valueBefore } from "./idempotency-record.ts";
import type { CounterState } from "./counter-state.ts";
import type { ConditionalUpdate } from "./next-action.ts";
import { OWN_ITEM } from "./item-owner.ts";
import { tagOf } from "./moved-keys-list.ts";
import type { RequestContext } from "./request-context.ts";
import { itemAt } from "./table-keys.ts";
import { attributes, HOLD_FENCE, numberValue } from "./item-schema.ts";
import { failedWrite, readFailedItem, type WriteOutcome } from "./write-outcome.ts";
import { send } from "./send.ts";
import { expiryWithoutValue, isFenced, lapsedBefore } from "./write-fence.ts";
import { isConditionFailure } from "./aws-errors.ts";

/**
 * Applies the batch and records the idempotency key in one update. DynamoDB reads every operand of an update before the item
 * changes, so the key's attribute keeps the value before.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 *
 * @param options `returnItem` asks for the whole item after the write, not for the written attributes alone
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function conditionalUpdate(
  request: RequestContext,
  update: ConditionalUpdate,
  { returnItem }: { returnItem: boolean },
): Promise<WriteOutcome> {
  const { config, attempts, keyAttribute } = request;
  const { change } = update;
  const input = {
    ...updateInput(request, update),
    ReturnValues: returnItem ? "ALL_NEW" : "UPDATED_NEW",
  } as const;
  try {
    const { Attributes: item = {} } = await send(config, () => new TrackedUpdateItem(input, attempts));
    return {
      type: "applied",
      before: change.kind === "net" ? valueBefore(item[keyAttribute]) : change.before,
      item,
    };
  } catch (error) {
    if (!isConditionFailure(error)) return failedWrite(request, error);
    const item = error.Item ?? (await readFailedItem(request));
    return { type: "condition-failed", state: stateAfterFailure(request, update, item) };
  }
}

/** What is known after an update whose condition failed on this item. */
export function stateAfterFailure(
  { startedAt }: RequestContext,
  update: ConditionalUpdate,
  item: Item,
): CounterState {
  const { keyItem } = update;
  const isSameFence = keyItem !== undefined && item[attributes.fence]?.N === update.item[attributes.fence]?.N;
  return isSameFence
    ? { item, keyItem, isKeyItemKnown: true }
    : { item, keyItem: {}, isKeyItemKnown: !isFenced(item, startedAt) };
}

const HOLDS = numberValue(HOLD_FENCE);
// Composed once, not for every command.
export const NOT_RECORDED = "attribute_not_exists(#idempotencyKey)";
export const AS_EXPECTED = "#idempotencyKey = :expected";
/** Keys were moved, but not this one: the item has a list of moved keys, without its tag. */
const NOT_MOVED = "(#fence < :holds AND attribute_exists(#moved) AND NOT contains(#moved, :tag))";
const NOT_FENCED = `(attribute_not_exists(#fence) OR #fence < :lapsed OR ${NOT_MOVED})`;
/** In a table of several uses: an item without a fence is not a counter's. */
const OWN_AND_NOT_FENCED = `(attribute_not_exists(#id) OR #fence < :lapsed OR ${NOT_MOVED})`;
const MARK_AS_OWN = ", #fence = if_not_exists(#fence, :own)";
export const SAME_FENCE = "#fence = :fence";
const IN_RANGE = "#value BETWEEN :lowest AND :highest";
const NEW_OR_IN_RANGE = `(attribute_not_exists(#value) OR ${IN_RANGE})`;
const BEFORE = "if_not_exists(#value, :initial)";
const ADD = `SET #value = ${BEFORE} + :change, #idempotencyKey = ${BEFORE} + :record`;
const SET = `SET #value = :value, #idempotencyKey = ${BEFORE} + :record`;
const REPLACE = "SET #value = :value, #idempotencyKey = :record";
const RECORD_ONLY = "SET #idempotencyKey = :record";
/** An item without a value expires. A counter never does. */
const EXPIRE = ", #expiresAt = :expiresAt";
const EXPIRES_NO_EARLIER =
  "attribute_not_exists(#value) AND (attribute_not_exists(#expiresAt) OR #expiresAt <= :expiresAt)";
const KEEP = " REMOVE #expiresAt";
export const NEW = "attribute_not_exists(#value)";

/** The update and its condition, for a request of its own or as a part of a transaction. */
export function updateInput(request: RequestContext, { change, item, keyItem }: ConditionalUpdate) {
  const { config, keyAttribute, startedAt } = request;
  const { keys } = config;
  const expected = item[keyAttribute];
  const fence = keyItem === undefined ? undefined : item[attributes.fence];
  const isSameFence = fence !== undefined;
  // A store without the capability has refused a counter with holds.
  const holdPart = change.kind === "refuse" ? config.holds?.condition : config.holds?.placement;
  const holds = holdPart?.(request, item, isSameFence) ?? NOTHING;
  // A counter without holds gets the condition of a plain update.
  const isPlain = !isSameFence && holds.condition === "";
  const isMarked = keys.isShared && isPlain;
  const { set, remove = "", condition, values } = expressionsOf(request, change, item);
  const { expressions, parameters } = composed([
    expected === undefined ? NOT_RECORDED : AS_EXPECTED,
    isSameFence ? SAME_FENCE : "",
    isPlain ? (keys.isShared ? OWN_AND_NOT_FENCED : NOT_FENCED) : holds.condition,
    condition,
    set,
    isMarked ? MARK_AS_OWN : "",
    holds.set,
    remove,
  ]);
  return {
    ...itemAt(config, request),
    ...withParameters(
      config,
      expressions,
      {
        names: { "#idempotencyKey": keyAttribute, "#value": request.valueAttribute, ...holds.names },
        values: {
          ":fence": fence,
          ":lapsed": numberValue(lapsedBefore(startedAt)),
          ":holds": HOLDS,
          ":tag": { S: tagOf(keyAttribute) },
          ":own": OWN_ITEM,
          ":expected": expected,
          ...holds.values,
          ...values,
        },
      },
      parameters,
    ),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } satisfies UpdateItemCommandInput;
}

/** Most updates are composed of the same parts as the one before. */
let last: ReturnType<typeof compose> | undefined;

function composed(parts: Parts) {
  if (last === undefined || parts.some((part, index) => part !== last?.parts[index])) last = compose(parts);
  return last;
}

type Parts = readonly [string, string, string, string, string, string, string, string];

function compose(parts: Parts) {
  const [recorded, fence, holds, value, ...updates] = parts;
  const conditions = [recorded, fence, holds, value].filter((part) => part !== "");
  const expressions = {
    ConditionExpression: conditions.join(" AND "),
    UpdateExpression: updates.join(""),
  };
  return { parts, expressions, parameters: parametersOf(expressions) };
}

interface Expressions {
  readonly set: string;
  readonly remove?: string | undefined;
  /** Empty if there is none. */
  readonly condition: string;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** A counter with windows expires some time after its last write; every write says when. */
function expressionsOf(
  request: RequestContext,
  change: ConditionalUpdate["change"],
  item: Item,
): Expressions {
  const { window } = request;
  if (window === undefined) return permanentExpressionsOf(request, change, item);
  const isNewRefusal = change.kind === "refuse" && change.mayCreate;
  const { set, condition, values } = permanentExpressionsOf(
    request,
    isNewRefusal ? { ...change, mayCreate: false } : change,
    item,
  );
  return {
    set: set + EXPIRE,
    condition: isNewRefusal ? NEW : condition,
    values: { ...values, ":expiresAt": numberValue(window.expiresAt) },
  };
}

function permanentExpressionsOf(
  request: RequestContext,
  change: ConditionalUpdate["change"],
  item: Item,
): Expressions {
  if (change.kind === "refuse") {
    const record = { ":record": { S: recordText({ ...request, ...change }) } };
    if (!change.mayCreate) return { set: RECORD_ONLY, condition: "", values: record };
    const values = { ...record, ":expiresAt": expiryWithoutValue(item, request.config, change.expiresAt) };
    return { set: RECORD_ONLY + EXPIRE, condition: EXPIRES_NO_EARLIER, values };
  }
  const [condition, remove] = change.mayCreate ? [NEW_OR_IN_RANGE, KEEP] : [IN_RANGE, ""];
  if (change.kind === "net") {
    const { effect } = request;
    const values = {
      ":lowest": numberValue(effect.lowest),
      ":highest": numberValue(effect.highest),
      ":initial": numberValue(request.initial),
      [effect.kind === "set" ? ":value" : ":change"]: {
        N: String(effect.kind === "set" ? effect.end : effect.delta),
      },
      ":record": { N: recordFraction(request) },
    };
    return { set: effect.kind === "set" ? SET : ADD, remove, condition, values };
  }
  const before = numberValue(change.before);
  const record = { S: recordText({ ...request, ...change }) };
  const values = {
    ":lowest": before,
    ":highest": before,
    ":value": numberValue(change.after),
    ":record": record,
  };
  return { set: REPLACE, remove, condition, values };
}
