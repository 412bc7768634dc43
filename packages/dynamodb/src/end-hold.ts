import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { inWindow, isCounterError, type EndHoldRequest, type HoldEndResult } from "@durable-counter/core";
import {
  TrackedTransactWriteItems,
  TrackedUpdateItem,
  endUntracked,
  type Attempts,
} from "./attempt-tracking.ts";
import { isBusy, isConflict, mayHaveBeenApplied, reasonsOf, translateError } from "./aws-errors.ts";
import { backOff, MAX_BUSY, MAX_OVERTAKEN } from "./back-off.ts";
import { readItem, valueOf } from "./counter-item.ts";
import { endUnknown, notEnded } from "./error-messages.ts";
import { withParameters } from "./expressions.ts";
import { soonAfter } from "./hold-conditions.ts";
import { endText, holdAttributes, valueAttributeOf, windowOfHoldText } from "./hold-record.ts";
import { readSettledItem, settle } from "./hold-settlement.ts";
import { endOfMovedHold } from "./moved-hold.ts";
import {
  firstHoldAction,
  nextHoldAction,
  type HoldContext,
  type HoldState,
  type HoldWrite,
} from "./next-hold-action.ts";
import { namesOf } from "./request-context.ts";
import type { CallConfig } from "./store-options.ts";
import { itemAt } from "./table-keys.ts";
import { send } from "./send.ts";
import { isConditionFailure } from "./write-outcome.ts";
import { numberValue } from "./table-schema.ts";

/**
 * Commits or releases a hold exactly once: by one conditional write, and no read, unless the condition fails. The hold's own
 * record says how it ended, so a late copy of the write changes nothing.
 *
 * @throws CounterError `invalid-input`, `limit-exceeded`, `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function endHoldInTable(config: CallConfig, request: EndHoldRequest): Promise<HoldEndResult> {
  const { now, retentionSeconds } = config;
  const { window = config.window } = request;
  const startedAt = now();
  const attempts: Attempts = { list: [], mayAttempt: () => now() < startedAt + retentionSeconds * 1_000 };
  const context: HoldContext = {
    request,
    table: config,
    ...namesOf(request.holdId, window, undefined),
    period: window?.at(startedAt),
    startedAt,
    forgetAt: Math.floor(startedAt / 1_000) + retentionSeconds,
  };
  try {
    const { startsAt, ...result } = await run(config, context, attempts);
    return window === undefined || startsAt === undefined ? result : inWindow(result, window.at(startsAt));
  } catch (cause) {
    const { tableName } = config;
    const { id: counterId, holdId: idempotencyKey } = request;
    const error = translateError(cause, { tableName, counterId, idempotencyKey, wrote: true, attempts });
    // An attempt that was never answered may still end the hold, unless it has ended.
    const isFinal = isCounterError(error, "invalid-input") && error.details["hold"] !== "unknown";
    if (isFinal || !attempts.list.some(mayHaveBeenApplied)) throw error;
    throw endUnknown(config, request, error);
  }
}

interface Ended extends HoldEndResult {
  /** When the window of the hold starts. */
  readonly startsAt: number | undefined;
}

/** Carries out one action after the other until the request is answered. */
async function run(config: CallConfig, context: HoldContext, attempts: Attempts): Promise<Ended> {
  const { request, startedAt, sortKey } = context;
  const { id } = request;
  const key = { id, sortKey };
  let action = firstHoldAction(context);
  for (let [failed, busy] = [0, 0]; ;) {
    if (action.type === "answer") return { ...action.result, startsAt: action.startsAt };
    if (action.type === "read-key-item") {
      const ofKey = { id, sortKey: context.keyAttribute };
      const keyItem = await readItem(config, ofKey, { consistent: true });
      action = nextHoldAction(context, { ...action.state, keyItem });
      continue;
    }
    if (action.type === "settle") {
      if (++failed > MAX_OVERTAKEN) throw notEnded(config, request, MAX_OVERTAKEN);
      await settle(config, key, action.state.item, startedAt);
      action = nextHoldAction(context, { item: await readSettledItem(config, key, startedAt) });
      continue;
    }
    const outcome = await write(config, context, action, attempts);
    if ("result" in outcome) return { ...outcome.result, startsAt: action.startsAt };
    if ("state" in outcome) {
      if (++failed > MAX_OVERTAKEN) throw notEnded(config, request, MAX_OVERTAKEN);
      if (failed > 1) await backOff(failed - 1, config);
      action = nextHoldAction(context, outcome.state);
    } else {
      if (++busy > (outcome.isConflict ? MAX_OVERTAKEN : MAX_BUSY)) throw outcome.error;
      await backOff(busy, config);
    }
  }
}

type Outcome =
  | { readonly result: HoldEndResult }
  /** The condition failed. */
  | { readonly state: HoldState }
  /** DynamoDB throttles, or another transaction was at work on the item. */
  | { readonly error: unknown; readonly isConflict: boolean };

async function write(
  config: CallConfig,
  context: HoldContext,
  action: HoldWrite,
  attempts: Attempts,
): Promise<Outcome> {
  const { tableName } = config;
  const { id } = context.request;
  const answer = (value: number): Outcome => ({ result: { value, replayed: false } });
  try {
    if (action.hold.type === "moved") {
      const { end, item, openHold } = action.hold;
      const TransactItems = [
        { Update: updateInput(config, context, action) },
        ...endOfMovedHold(config, id, item, openHold, endText(end, context.forgetAt)),
      ];
      await send(config, () => new TrackedTransactWriteItems({ TransactItems }, attempts));
      return answer(action.hold.after);
    }
    const input = { ...updateInput(config, context, action), ReturnValues: "UPDATED_NEW" } as const;
    const { Attributes: item = {} } = await send(config, () => new TrackedUpdateItem(input, attempts));
    return answer(valueOf(item, config, id, valueAttributeOf(action)) ?? Number.NaN);
  } catch (error) {
    const [reason, ...others] = reasonsOf(error);
    const hasFailed = (code: string | undefined) => code === "ConditionalCheckFailed";
    const isCondition = isConditionFailure(error);
    if (isCondition || hasFailed(reason?.Code) || others.some(({ Code }) => hasFailed(Code))) {
      const seen = isCondition ? error.Item : undefined;
      const item = seen ?? (await readItem(config, { id, sortKey: context.sortKey }, { consistent: true }));
      return { state: { item } };
    }
    endUntracked(attempts, error);
    const { holdId: idempotencyKey } = context.request;
    const translated = translateError(error, {
      tableName,
      counterId: id,
      idempotencyKey,
      wrote: true,
      attempts,
    });
    if (isBusy(error)) return { error: translated, isConflict: isConflict(error) };
    throw translated;
  }
}

// An amount that comes back is not known where the item was not seen: two such numbers are certainly a safe integer.
const HALF = Math.floor(Number.MAX_SAFE_INTEGER / 2);
const NOT_DUE = "#due >= :soon";
const OF_WINDOW = " AND begins_with(#hold, :window)";

function updateInput(
  config: CallConfig,
  { request, sortKey, keyAttribute, startedAt, forgetAt }: HoldContext,
  { hold, startsAt }: HoldWrite,
) {
  const common = {
    ...itemAt(config, { id: request.id, sortKey }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
  const ofHold = holdAttributes(keyAttribute);
  const names = { "#value": valueAttributeOf({ startsAt }), "#hold": ofHold.hold, "#held": ofHold.held };
  const soon = { ":soon": soonAfter(startedAt) };
  switch (hold.type) {
    case "unseen":
      return {
        ...common,
        ...withParameters(
          config,
          {
            UpdateExpression: `SET #value = #value + ${hold.isReturned ? "#held" : ":zero"}, #held = :end`,
            ConditionExpression: `#held BETWEEN :least AND :most AND #value <= :half AND ${NOT_DUE}${startsAt === undefined ? "" : OF_WINDOW}`,
          },
          {
            names,
            values: {
              ":zero": numberValue(0),
              ":end": endText(hold.end, forgetAt),
              ":least": numberValue(hold.amount ?? 1),
              ":most": numberValue(hold.amount ?? HALF),
              ":half": numberValue(HALF),
              ":window": startsAt === undefined ? undefined : { S: windowOfHoldText(startsAt) },
              ...soon,
            },
          },
        ),
      } satisfies UpdateItemCommandInput;
    case "inline":
      return {
        ...common,
        ...withParameters(
          config,
          {
            UpdateExpression: "SET #value = #value + :back, #held = :end",
            ConditionExpression: `#held = :seen AND #value <= :room AND ${NOT_DUE}`,
          },
          {
            names,
            values: {
              ":back": numberValue(hold.back),
              ":end": endText(hold.end, forgetAt),
              ":seen": hold.seen,
              ":room": numberValue(Number.MAX_SAFE_INTEGER - hold.back),
              ...soon,
            },
          },
        ),
      } satisfies UpdateItemCommandInput;
    case "moved":
      return {
        ...common,
        ...withParameters(
          config,
          { UpdateExpression: "SET #value = :after", ConditionExpression: `#value = :before AND ${NOT_DUE}` },
          {
            names,
            values: { ":before": numberValue(hold.before), ":after": numberValue(hold.after), ...soon },
          },
        ),
      } satisfies UpdateItemCommandInput;
  }
}
