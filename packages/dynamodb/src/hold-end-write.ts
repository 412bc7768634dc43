import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import type { HoldEndResult } from "@durable-counter/core";
import {
  TrackedTransactWriteItems,
  TrackedUpdateItem,
  endUntracked,
  type Attempts,
} from "./attempt-tracking.ts";
import { hasConditionFailed, isBusy, isConditionFailure, isConflict, reasonsOf } from "./aws-errors.ts";
import { setContended } from "./contended-request.ts";
import { readItem, valueOf } from "./read-item.ts";
import { withParameters } from "./expression-parameters.ts";
import { endText, holdAttributes, windowOfHoldText } from "./hold-record.ts";
import { endOfMovedHold } from "./moved-hold.ts";
import type { HoldContext, HoldState, HoldWrite } from "./next-hold-action.ts";
import { send } from "./send.ts";
import type { CallConfig } from "./store-options.ts";
import { itemAt } from "./table-keys.ts";
import { attributes, numberValue, valueAttributeOf } from "./item-schema.ts";
import { soonAfter } from "./hold-expiry.ts";

/** What became of a write that DynamoDB answered. */
type Outcome =
  | { readonly result: HoldEndResult }
  /** The condition failed. */
  | { readonly state: HoldState }
  /** DynamoDB throttles, or another transaction was at work on the item. */
  | { readonly error: unknown; readonly isConflict: boolean };

/**
 * Ends a hold, by one conditional write.
 *
 * @throws what the client threw, for the caller to translate
 */
export async function writeEnd(
  config: CallConfig,
  context: HoldContext,
  action: HoldWrite,
  attempts: Attempts,
): Promise<Outcome> {
  const { id } = context.request;
  const answer = (value: number): Outcome => ({ result: { value, replayed: false } });
  try {
    if (action.hold.type === "moved") {
      const { end, state, openHold } = action.hold;
      const TransactItems = [
        { Update: updateInput(config, context, action) },
        ...endOfMovedHold(config, id, state.item, openHold, endText(end, context.forgetAt)),
      ];
      await send(config, () => new TrackedTransactWriteItems({ TransactItems }, attempts));
      return answer(action.hold.after);
    }
    const input = { ...updateInput(config, context, action), ReturnValues: "UPDATED_NEW" } as const;
    const { Attributes: item = {} } = await send(config, () => new TrackedUpdateItem(input, attempts));
    return answer(valueOf(item, config, id, valueAttributeOf(action)) ?? Number.NaN);
  } catch (error) {
    const [reason, ...others] = reasonsOf(error);
    const isCondition = isConditionFailure(error);
    const isChanged = hasConditionFailed(reason);
    const isEnded = others.some(hasConditionFailed);
    if (isCondition || isChanged || isEnded) {
      const { sortKey, startedAt } = context;
      const seen = isCondition ? error.Item : reason?.Item;
      // The key item of a hold that has ended does not tell the value: it is read again.
      const item =
        (isEnded ? undefined : seen) ?? (await readItem(config, { id, sortKey }, { consistent: true }));
      if (action.hold.type !== "moved") return { state: { item } };
      if (isChanged) setContended({ id, sortKey, startedAt, config });
      // That the counter changed says nothing about the hold. The last of the others is its key item.
      return { state: isEnded ? { item, keyItem: others.at(-1)?.Item } : { ...action.hold.state, item } };
    }
    endUntracked(attempts, error);
    if (isBusy(error)) return { error, isConflict: isConflict(error) };
    throw error;
  }
}

// An amount that comes back is not known where the item was not seen: two such numbers are certainly a safe integer.
const HALF = Math.floor(Number.MAX_SAFE_INTEGER / 2);
const NOT_DUE = "#due >= :soon";
const OF_WINDOW = " AND begins_with(#hold, :window)";

function updateInput(config: CallConfig, context: HoldContext, write: HoldWrite) {
  const { request, sortKey, keyAttribute, startedAt } = context;
  const ofHold = holdAttributes(keyAttribute);
  const { set, condition, values } = expressionsOf(context, write);
  return {
    ...itemAt(config, { id: request.id, sortKey }),
    ...withParameters(
      config,
      { UpdateExpression: `SET ${set}`, ConditionExpression: condition },
      {
        names: { "#value": valueAttributeOf(write), "#hold": ofHold.hold, "#held": ofHold.held },
        values: { ...values, ":soon": soonAfter(startedAt) },
      },
    ),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } satisfies UpdateItemCommandInput;
}

function expressionsOf({ forgetAt }: HoldContext, { hold, startsAt }: HoldWrite) {
  switch (hold.type) {
    case "unseen":
      return {
        set: `#value = #value + ${hold.isReturned ? "#held" : ":zero"}, #held = :end`,
        condition: `#held BETWEEN :least AND :most AND #value <= :half AND ${NOT_DUE}${startsAt === undefined ? "" : OF_WINDOW}`,
        values: {
          ":zero": numberValue(0),
          ":end": endText(hold.end, forgetAt),
          ":least": numberValue(hold.amount ?? 1),
          ":most": numberValue(hold.amount ?? HALF),
          ":half": numberValue(HALF),
          ":window": startsAt === undefined ? undefined : { S: windowOfHoldText(startsAt) },
        },
      };
    case "inline":
      return {
        set: "#value = #value + :back, #held = :end",
        condition: `#hold = :hold AND #held = :held AND #value <= :room AND ${NOT_DUE}`,
        values: {
          ":back": numberValue(hold.back),
          ":end": endText(hold.end, forgetAt),
          ":hold": hold.seen.hold,
          ":held": hold.seen.held,
          ":room": numberValue(Number.MAX_SAFE_INTEGER - hold.back),
        },
      };
    case "moved":
      return {
        set: "#value = :after",
        condition: `#value = :before AND #life = :life AND ${NOT_DUE}`,
        values: {
          ":before": numberValue(hold.before),
          ":after": numberValue(hold.after),
          ":life": hold.state.item[attributes.life],
        },
      };
  }
}
