import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import type { Change, Counting, Outcome, Place } from "./request-context.ts";
import { itemKey, itemThatRefused, type CounterKey } from "./counter-item.ts";
import { GRACE_SECONDS, isSealed } from "./write-fence.ts";
import { attributes } from "./table.ts";
import { notCounted } from "./write-failure.ts";
import { recordFraction, recordText, valueBefore } from "./idempotency-record.ts";
import { TrackedUpdateItem } from "./attempt-tracking.ts";

/** One conditional update of a counter's item. */
export interface CountingWrite {
  readonly change: Change;
  readonly place: Place;
  /** Asks for the whole item after the write, not for the written attributes alone. */
  readonly whole: boolean;
}

/**
 * Counts and remembers the idempotency key in one write. Every operand of an update is read before the item changes, so the
 * key's attribute keeps the value before.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function countingWrite(
  key: CounterKey,
  counting: Counting,
  write: CountingWrite,
): Promise<Outcome> {
  const { change } = write;
  const command = new TrackedUpdateItem(updateInput(key, counting, write), counting);
  try {
    const { Attributes: item = {} } = await key.client.send(command);
    const before = "add" in change ? valueBefore(item[counting.keyAttribute]) : change.before;
    return { kind: "applied", before, item };
  } catch (error) {
    const item = await itemThatRefused(error, key, counting.idempotencyKey);
    if (item === undefined) return notCounted(error, key, counting);
    return { kind: "refused", seen: { item, marker: {}, certain: !isSealed(item, counting) } };
  }
}

// Written once, not put together for every command.
const FREE = "attribute_not_exists(#idempotencyKey)";
const HELD = "#idempotencyKey = :place";
const UNSEALED = "(attribute_not_exists(#seal) OR #seal < :unsealed)";
const IN_RANGE = "#value BETWEEN :lowest AND :highest";
const NEW_OR_IN_RANGE = `(attribute_not_exists(#value) OR ${IN_RANGE})`;
const BEFORE = "if_not_exists(#value, :initial)";
const ADD = `SET #value = ${BEFORE} + :change, #idempotencyKey = ${BEFORE} + :stamp`;
const BECOME = "SET #value = :value, #idempotencyKey = :stamp";
const STAY = "SET #idempotencyKey = :stamp";
const STAYING = `${FREE} AND ${UNSEALED}`;
const CREATING = `${STAYING} AND ${NEW_OR_IN_RANGE}`;
const EXISTING = `${STAYING} AND ${IN_RANGE}`;

function updateInput(
  key: CounterKey,
  counting: Counting,
  { change, place, whole }: CountingWrite,
): UpdateItemCommandInput {
  const { update, condition, values } = termsOf(change, counting);
  return {
    TableName: key.tableName,
    Key: itemKey(key),
    ConditionExpression: place === undefined ? condition : condition.replace(FREE, HELD),
    UpdateExpression: update,
    ExpressionAttributeNames: {
      "#seal": attributes.seal,
      "#idempotencyKey": counting.keyAttribute,
      ...(update !== STAY && { "#value": attributes.value }),
    },
    ExpressionAttributeValues: {
      ":unsealed": { N: String(counting.nowSeconds - GRACE_SECONDS) },
      ...values,
      ...(place !== undefined && { ":place": place }),
    },
    ReturnValues: whole ? "ALL_NEW" : "UPDATED_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

function termsOf(change: Change, counting: Counting) {
  if ("add" in change) {
    const [lowest, highest] = change.between;
    const values = {
      ":lowest": { N: String(lowest) },
      ":highest": { N: String(highest) },
      ":initial": { N: String(counting.initial) },
      ":change": { N: String(change.add) },
      ":stamp": { N: recordFraction(counting) },
    };
    return { update: ADD, condition: change.mayCreate ? CREATING : EXISTING, values };
  }
  const stamp = { ":stamp": { S: recordText({ ...counting, ...change }) } };
  if ("refusedTo" in change) return { update: STAY, condition: STAYING, values: stamp };
  const before = { N: String(change.before) };
  const values = { ":lowest": before, ":highest": before, ":value": { N: String(change.become) }, ...stamp };
  return { update: BECOME, condition: change.mayCreate ? CREATING : EXISTING, values };
}
