import type { AttributeValue, CancellationReason, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { TrackedTransactWriteItems } from "./attempt-tracking.ts";
import { itemKey } from "./counter-item.ts";
import { recordText } from "./idempotency-record.ts";
import { checkKeyItem, replaceKeyItem } from "./key-item.ts";
import type { TransactionalWrite } from "./next-action.ts";
import type { RequestContext } from "./request-context.ts";
import { attributes } from "./table-schema.ts";
import { untilAborted } from "./time-limit.ts";
import { reasonsOf } from "./translate-error.ts";
import { fenceOf } from "./write-fence.ts";
import { failedWrite, readFailedItem, type WriteOutcome } from "./write-outcome.ts";

/** Ahead of what is needed, so that not every refusal of a counter has to touch its item. */
const FENCE_AHEAD_SECONDS = 60;

/**
 * Applies the batch and records the idempotency key in one transaction over the counter's item and the key's item.
 * Transactions return no values, so the store must already know the value before. If that is not what it assumed, the
 * failed condition returns the state.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 *
 * @throws CounterError `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function transactionalWrite(
  request: RequestContext,
  write: TransactionalWrite,
): Promise<WriteOutcome> {
  const { config, attempts, keyAttribute } = request;
  const { state, change, recordIn } = write;
  const expiresAt = expiryOf(request, write);
  const record: AttributeValue = { S: recordText({ ...request, ...change }) };
  const expected = state.keyItem[attributes.record];
  const keyItemWrite =
    recordIn === "separate-item"
      ? replaceKeyItem(expected, request, keyAttribute, record, expiresAt)
      : checkKeyItem(expected, request, keyAttribute);
  // A fence that lasts long enough already keeps plain updates away: a refusal then leaves the item to other writers.
  const isFencedEnough = change.kind === "refuse" && fenceOf(state.item) >= expiresAt;
  const TransactItems = isFencedEnough ? [keyItemWrite] : [keyItemWrite, updateItem(request, write, record)];
  try {
    const command = new TrackedTransactWriteItems({ TransactItems }, attempts);
    await untilAborted(config.signal, () => config.client.send(command, { abortSignal: config.signal }));
    return { type: "applied", before: change.before };
  } catch (error) {
    const found = async (reason: CancellationReason | undefined, sortKey: string) =>
      reason?.Code === "ConditionalCheckFailed"
        ? (reason.Item ?? readFailedItem(request, sortKey))
        : undefined;
    const [keyItemReason, itemReason] = reasonsOf(error);
    const keyItem = await found(keyItemReason, keyAttribute);
    const item = await found(itemReason, request.sortKey);
    if (item === undefined && keyItem === undefined) return failedWrite(request, error);
    // One of the two says nothing about the other.
    return {
      type: "condition-failed",
      state: { item: item ?? state.item, keyItem: keyItem ?? {}, isCertain: false },
    };
  }
}

function updateItem(
  request: RequestContext,
  write: TransactionalWrite,
  record: AttributeValue,
): TransactWriteItem {
  const {
    state: { item },
    change,
    recordIn,
  } = write;
  const { keyAttribute } = request;
  const expiresAt = expiryOf(request, write);
  const expected = item[keyAttribute]; // nothing, or a refusal
  const fence = fenceOf(item);
  const conditions = [
    fence === 0 ? "attribute_not_exists(#fence)" : "#fence = :fence",
    expected === undefined ? "attribute_not_exists(#idempotencyKey)" : "#idempotencyKey = :expected",
  ];
  const actions = [recordIn === "separate-item" ? "SET #fence = :until" : "SET #idempotencyKey = :record"];
  const isRefusal = change.kind === "refuse";
  if (!isRefusal) {
    conditions.push(change.mayCreate ? "attribute_not_exists(#value)" : "#value = :before");
    actions.push(", #value = :value");
    // Otherwise compaction could later move this refusal over the key item.
    if (recordIn === "separate-item" && expected !== undefined) actions.push(" REMOVE #idempotencyKey");
  }
  return {
    Update: {
      TableName: request.config.tableName,
      Key: itemKey(request),
      ConditionExpression: conditions.join(" AND "),
      UpdateExpression: actions.join(""),
      ExpressionAttributeNames: {
        "#fence": attributes.fence,
        "#idempotencyKey": keyAttribute,
        ...(!isRefusal && { "#value": attributes.value }),
      },
      ExpressionAttributeValues: {
        ...(fence !== 0 && { ":fence": { N: String(fence) } }),
        ...(expected !== undefined && { ":expected": expected }),
        // The fence lasts as long as any key item does.
        ...(recordIn === "separate-item"
          ? { ":until": { N: String(Math.max(fence, expiresAt + (isRefusal ? FENCE_AHEAD_SECONDS : 0))) } }
          : { ":record": record }),
        ...(!isRefusal && {
          ":value": { N: String(change.after) },
          ...(!change.mayCreate && { ":before": { N: String(change.before) } }),
        }),
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

function expiryOf(request: RequestContext, { change }: TransactionalWrite): number {
  return change.kind === "refuse" ? change.expiresAt : request.expiresAt;
}
