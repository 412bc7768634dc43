import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { TrackedUpdateItem } from "./attempt-tracking.ts";
import { itemKey } from "./counter-item.ts";
import { recordFraction, recordText, valueBefore } from "./idempotency-record.ts";
import type { ConditionalUpdate } from "./next-action.ts";
import type { RequestContext } from "./request-context.ts";
import { attributes } from "./table-schema.ts";
import { failedWrite, isConditionFailure, readFailedItem, type WriteOutcome } from "./write-outcome.ts";
import { untilAborted } from "./time-limit.ts";
import { isFenced, lapsedBefore } from "./write-fence.ts";

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
  const { config, attempts, keyAttribute, startedAt } = request;
  const input = {
    ...updateInput(request, update),
    ReturnValues: returnItem ? "ALL_NEW" : "UPDATED_NEW",
  } as const;
  try {
    const { Attributes: item = {} } = await untilAborted(config.signal, () =>
      config.client.send(new TrackedUpdateItem(input, attempts), { abortSignal: config.signal }),
    );
    const { change } = update;
    return {
      type: "applied",
      before: change.kind === "add" ? valueBefore(item[keyAttribute]) : change.before,
      item,
    };
  } catch (error) {
    if (!isConditionFailure(error)) return failedWrite(request, error);
    const item = error.Item ?? (await readFailedItem(request));
    return { type: "condition-failed", state: { item, keyItem: {}, isCertain: !isFenced(item, startedAt) } };
  }
}

// Composed once, not for every command.
const NOT_RECORDED = "attribute_not_exists(#idempotencyKey)";
const AS_EXPECTED = "#idempotencyKey = :expected";
const NOT_FENCED = "(attribute_not_exists(#fence) OR #fence < :lapsed)";
const IN_RANGE = "#value BETWEEN :lowest AND :highest";
const NEW_OR_IN_RANGE = `(attribute_not_exists(#value) OR ${IN_RANGE})`;
const BEFORE = "if_not_exists(#value, :initial)";
const ADD = `SET #value = ${BEFORE} + :change, #idempotencyKey = ${BEFORE} + :record`;
const REPLACE = "SET #value = :value, #idempotencyKey = :record";
const RECORD_ONLY = "SET #idempotencyKey = :record";
const WRITABLE = `${NOT_RECORDED} AND ${NOT_FENCED}`;
const CREATE_OR_CHANGE = `${WRITABLE} AND ${NEW_OR_IN_RANGE}`;
const CHANGE = `${WRITABLE} AND ${IN_RANGE}`;

function updateInput(request: RequestContext, { change, expected }: ConditionalUpdate) {
  const { update, condition, values } = expressionsOf(request, change);
  return {
    TableName: request.config.tableName,
    Key: itemKey(request),
    ConditionExpression: expected === undefined ? condition : condition.replace(NOT_RECORDED, AS_EXPECTED),
    UpdateExpression: update,
    ExpressionAttributeNames: {
      "#fence": attributes.fence,
      "#idempotencyKey": request.keyAttribute,
      ...(update !== RECORD_ONLY && { "#value": attributes.value }),
    },
    ExpressionAttributeValues: {
      ":lapsed": { N: String(lapsedBefore(request.startedAt)) },
      ...values,
      ...(expected !== undefined && { ":expected": expected }),
    },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } satisfies UpdateItemCommandInput;
}

function expressionsOf(request: RequestContext, change: ConditionalUpdate["change"]) {
  if (change.kind === "add") {
    const { lowest, highest, delta } = request.effect;
    const values = {
      ":lowest": { N: String(lowest) },
      ":highest": { N: String(highest) },
      ":initial": { N: String(request.initial) },
      ":change": { N: String(delta) },
      ":record": { N: recordFraction(request) },
    };
    return { update: ADD, condition: change.mayCreate ? CREATE_OR_CHANGE : CHANGE, values };
  }
  const record = { ":record": { S: recordText({ ...request, ...change }) } };
  if (change.kind === "refuse") return { update: RECORD_ONLY, condition: WRITABLE, values: record };
  const before = { N: String(change.before) };
  const values = { ":lowest": before, ":highest": before, ":value": { N: String(change.after) }, ...record };
  return { update: REPLACE, condition: change.mayCreate ? CREATE_OR_CHANGE : CHANGE, values };
}
