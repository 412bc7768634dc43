import type { AttributeValue, CancellationReason, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { TrackedTransactWriteItems } from "./attempt-tracking.ts";
import { NOTHING, type ExpressionPart } from "./hold-support.ts";
import { recordText } from "./idempotency-record.ts";
import type { Item } from "./read-item.ts";
import { withParameters } from "./expression-parameters.ts";
import { replaceKeyItem } from "./key-item.ts";
import { listWith } from "./moved-keys-list.ts";
import type { TransactionalWrite } from "./next-action.ts";
import type { RequestContext } from "./request-context.ts";
import { itemAt } from "./table-keys.ts";
import { attributes, numberValue } from "./item-schema.ts";
import { send } from "./send.ts";
import { hasConditionFailed, reasonsOf } from "./aws-errors.ts";
import { expiryWithoutValue, isFenced, nextFence } from "./write-fence.ts";
import { failedWrite, readFailedItem, type WriteOutcome } from "./write-outcome.ts";
import { AS_EXPECTED, NEW, NOT_RECORDED, SAME_FENCE } from "./conditional-update.ts";

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
  const { state, change } = write;
  const expiresAt = change.kind === "refuse" ? change.expiresAt : request.expiresAt;
  const record: AttributeValue = { S: recordText({ ...request, ...change }) };
  const fence = nextFence(state.item, expiresAt, config.random);
  const list = firstList(request, state.item, expiresAt);
  const hold = config.holds?.placeApart(request, write);
  const TransactItems = [
    replaceKeyItem(
      state.keyItem[attributes.record],
      request,
      keyAttribute,
      record,
      expiresAt,
      hold?.inKeyItem,
    ),
    updateItem(request, write, fence, list, hold?.part),
    ...(hold?.items ?? []),
  ];
  try {
    await send(config, () => new TrackedTransactWriteItems({ TransactItems }, attempts));
    // A compaction may follow, and go on with the list: the one that was read lacks this request's key.
    const { [attributes.moved]: _before, ...item } = state.item;
    const written = {
      [attributes.fence]: fence,
      ...(list && { [attributes.moved]: list }),
      ...hold?.written,
    };
    return { type: "applied", before: change.before, item: { ...item, ...written } };
  } catch (error) {
    const found = async (reason: CancellationReason | undefined, sortKey: string) =>
      hasConditionFailed(reason) ? (reason?.Item ?? readFailedItem(request, sortKey)) : undefined;
    const isDenied = hold?.failed(error);
    const [keyItemReason, itemReason] = reasonsOf(error);
    const keyItem = await found(keyItemReason, keyAttribute);
    const item = await found(itemReason, request.sortKey);
    // A hold that no transaction may place is placed in the counter's item.
    if (item === undefined && keyItem === undefined && !isDenied) return failedWrite(request, error);
    // One of the two says nothing about the other.
    const seen = { item: item ?? state.item, keyItem: keyItem ?? {} };
    return { type: "condition-failed", state: { ...seen, isGuess: true, isKeyItemKnown: false } };
  }
}

/** With a key item per request the list of moved keys would soon be too long: it has the first one only. */
function firstList(
  { keyAttribute, startedAt }: RequestContext,
  item: Item,
  until: number,
): AttributeValue | undefined {
  return isFenced(item, startedAt) ? undefined : listWith(item, [{ keyAttribute, until }], startedAt);
}

/** The counter's item: its value, and the fence that keeps plain updates away which do not check the key item. */
function updateItem(
  request: RequestContext,
  { state: { item }, change }: TransactionalWrite,
  nextFence: AttributeValue,
  list: AttributeValue | undefined,
  holdPart: ExpressionPart | undefined,
): TransactWriteItem {
  const { config } = request;
  const { keys } = config;
  const fence = item[attributes.fence];
  const expected = item[request.keyAttribute]; // nothing, or a refusal
  const isRefusal = change.kind === "refuse";
  const holds = holdPart ?? config.holds?.condition(request, item, true) ?? NOTHING;
  const conditions = [
    ...(holds.condition === "" ? [] : [holds.condition]),
    // In a table of several uses, an item without a fence is not a counter's.
    fence !== undefined ? SAME_FENCE : `attribute_not_exists(${keys.isShared ? "#id" : "#fence"})`,
    expected === undefined ? NOT_RECORDED : AS_EXPECTED,
    change.mayCreate ? NEW : isRefusal ? "attribute_exists(#value)" : "#value = :before",
  ];
  const sets = ["#fence = :nextFence"];
  const removes: string[] = [];
  if (list) sets.push("#moved = :moved");
  else removes.push("#moved");
  // An item without a value expires, and a counter with windows.
  const expiresAt = request.window
    ? numberValue(request.window.expiresAt)
    : isRefusal && change.mayCreate && expiryWithoutValue(item, config, change.expiresAt);
  if (expiresAt) sets.push("#expiresAt = :expiresAt");
  else if (change.mayCreate) removes.push("#expiresAt");
  if (!isRefusal) sets.push("#value = :value");
  // A record in the counter's item is the newer one, and compaction moves it over the key item: none may stay behind.
  if (expected !== undefined) removes.push("#idempotencyKey");
  return {
    Update: {
      ...itemAt(config, request),
      ...withParameters(
        config,
        {
          ConditionExpression: conditions.join(" AND "),
          UpdateExpression: `SET ${sets.join()}${holds.set}${removes.length > 0 ? ` REMOVE ${removes.join()}` : ""}`,
        },
        {
          names: {
            "#idempotencyKey": request.keyAttribute,
            "#value": request.valueAttribute,
            ...holds.names,
          },
          values: {
            ":nextFence": nextFence,
            ":moved": list,
            ":fence": fence,
            ":expected": expected,
            ":expiresAt": expiresAt || undefined,
            ":value": isRefusal ? undefined : numberValue(change.after),
            ":before": numberValue(change.before),
            ...holds.values,
          },
        },
      ),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}
