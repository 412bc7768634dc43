import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import type { Change, Counting, Outcome, Place } from "./counting.ts";
import { itemKey, itemThatRefused, readItem, type CounterKey } from "./counter-item.ts";
import { GRACE_SECONDS, isSealed } from "./seal.ts";
import { attributes } from "./table.ts";
import { stampFraction, stampText, valueBefore } from "./token-stamp.ts";
import { isBusy, isItemFull, translateError } from "./translate-error.ts";
import { WatchedUpdateItem } from "./watched-command.ts";

/** One conditional update: what it does to the value, and the values before for which it may. */
export interface CountingWrite {
  readonly change: Change;
  /** The values before that may be written over. */
  readonly between: readonly [lowest: bigint | number, highest: bigint | number];
  /** Whether it may create the counter. */
  readonly mayCreate: boolean;
  readonly place: Place;
  /** Asks for the whole item after the write, not for the written attributes alone. */
  readonly whole: boolean;
}

/**
 * Counts and remembers the token in one write. Every operand of an update is read before the item changes, so the
 * token's attribute keeps the value before.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function countingWrite(
  key: CounterKey,
  counting: Counting,
  write: CountingWrite,
): Promise<Outcome> {
  const command = new WatchedUpdateItem(updateInput(key, counting, write), counting);
  try {
    const { Attributes: item = {} } = await key.client.send(command);
    const before = "add" in write.change ? valueBefore(item[counting.tokenAttribute]) : write.change.from;
    return { kind: "applied", before, item };
  } catch (error) {
    return notWritten(error, key, counting);
  }
}

/**
 * What became of an update that failed.
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function notWritten(error: unknown, key: CounterKey, counting: Counting): Promise<Outcome> {
  const { attempts, token } = counting;
  const item = await itemThatRefused(error, key, token);
  if (item !== undefined)
    return { kind: "refused", seen: { item, marker: {}, certain: !isSealed(item, counting) } };
  if (isItemFull(error))
    return { kind: "full", item: await readItem(key, itemKey(key), { consistent: true }) };
  if (isBusy(error)) return { kind: "busy", error };
  const { tableName, id: counterId } = key;
  throw translateError(error, { tableName, counterId, token, wrote: true, attempts });
}

// Written once, not put together for every command.
const FREE = "attribute_not_exists(#token)";
const HELD = "#token = :place";
export const UNSEALED = "(attribute_not_exists(#seal) OR #seal < :unsealed)";
const IN_RANGE = "#value BETWEEN :lowest AND :highest";
const NEW_OR_IN_RANGE = `(attribute_not_exists(#value) OR ${IN_RANGE})`;
const BEFORE = "if_not_exists(#value, :initial)";
const ADD = `SET #value = ${BEFORE} + :change, #token = ${BEFORE} + :stamp`;
const BECOME = "SET #value = :value, #token = :stamp";
const CONDITIONS = {
  creating: `${FREE} AND ${UNSEALED} AND ${NEW_OR_IN_RANGE}`,
  existing: `${FREE} AND ${UNSEALED} AND ${IN_RANGE}`,
};

function updateInput(
  key: CounterKey,
  counting: Counting,
  { change, between: [lowest, highest], mayCreate, place, whole }: CountingWrite,
): UpdateItemCommandInput {
  const condition = mayCreate ? CONDITIONS.creating : CONDITIONS.existing;
  const adds = "add" in change;
  return {
    TableName: key.tableName,
    Key: itemKey(key),
    ConditionExpression: place === undefined ? condition : condition.replace(FREE, HELD),
    UpdateExpression: adds ? ADD : BECOME,
    ExpressionAttributeNames: {
      "#value": attributes.value,
      "#seal": attributes.seal,
      "#token": counting.tokenAttribute,
    },
    ExpressionAttributeValues: {
      ":lowest": { N: String(lowest) },
      ":highest": { N: String(highest) },
      ":unsealed": { N: String(counting.nowSeconds - GRACE_SECONDS) },
      ...(adds
        ? {
            ":initial": { N: String(counting.initial) },
            ":change": { N: String(change.add) },
            ":stamp": { N: stampFraction(counting) },
          }
        : {
            ":value": { N: String(change.become) },
            ":stamp": { S: stampText({ ...counting, before: change.from, limits: change.limits }) },
          }),
      ...(place !== undefined && { ":place": place }),
    },
    ReturnValues: whole ? "ALL_NEW" : "UPDATED_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}
