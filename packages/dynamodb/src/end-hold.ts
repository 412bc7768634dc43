import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";
import { isCounterError, type EndHoldRequest, type HoldEndResult } from "@durable-counter/core";
import {
  TrackedTransactWriteItems,
  TrackedUpdateItem,
  endUntracked,
  type Attempts,
} from "./attempt-tracking.ts";
import { isBusy, mayHaveBeenApplied, reasonsOf, translateError } from "./aws-errors.ts";
import { backOff } from "./back-off.ts";
import { readItem, valueOf } from "./counter-item.ts";
import { endUnknown, notEnded } from "./error-messages.ts";
import { soonAfter } from "./hold-conditions.ts";
import { endText, holdAttributes } from "./hold-record.ts";
import { readSettledItem, settle } from "./hold-settlement.ts";
import { keyAttribute } from "./idempotency-key.ts";
import { endOfMovedHold } from "./moved-hold.ts";
import {
  firstHoldAction,
  nextHoldAction,
  type HoldContext,
  type HoldState,
  type HoldWrite,
} from "./next-hold-action.ts";
import type { CallConfig } from "./store-options.ts";
import { itemKey } from "./table-keys.ts";
import { attributes, VALUE_SORT_KEY } from "./table-schema.ts";
import { untilAborted } from "./time-limit.ts";
import { isConditionFailure } from "./write-outcome.ts";

/** As often as a batch. */
const MAX_OVERTAKEN = 100;
const MAX_BUSY = 8;

/**
 * Commits or releases a hold exactly once: by one conditional write, and no read, unless the condition fails. The hold's own
 * record says how it ended, so a late copy of the write changes nothing.
 *
 * @throws CounterError `invalid-input`, `limit-exceeded`, `throttled`, `unavailable`, `outcome-unknown`, `misconfigured`
 */
export async function endHoldInTable(config: CallConfig, request: EndHoldRequest): Promise<HoldEndResult> {
  const { now, retentionSeconds } = config;
  const startedAt = now();
  const attempts: Attempts = { list: [], mayAttempt: () => now() < startedAt + retentionSeconds * 1_000 };
  const context: HoldContext = {
    request,
    table: config,
    keyAttribute: keyAttribute(request.holdId),
    startedAt,
    forgetAt: Math.floor(startedAt / 1_000) + retentionSeconds,
  };
  try {
    return await run(config, context, attempts);
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

/** Carries out one action after the other until the request is answered. */
async function run(config: CallConfig, context: HoldContext, attempts: Attempts): Promise<HoldEndResult> {
  const { request, startedAt } = context;
  const { id } = request;
  let action = firstHoldAction(context);
  for (let [failed, busy] = [0, 0]; ;) {
    if (action.type === "answer") return action.result;
    if (action.type === "read-key-item") {
      const sortKey = context.keyAttribute;
      const keyItem = await readItem(config, { id, sortKey }, { consistent: true });
      action = nextHoldAction(context, { ...action.state, keyItem });
      continue;
    }
    if (action.type === "settle") {
      if (++failed > MAX_OVERTAKEN) throw notEnded(config, request, MAX_OVERTAKEN);
      await settle(config, id, action.state.item, startedAt);
      action = nextHoldAction(context, { item: await readSettledItem(config, id, startedAt) });
      continue;
    }
    const outcome = await write(config, context, action, attempts);
    if ("result" in outcome) return outcome.result;
    if ("state" in outcome) {
      if (++failed > MAX_OVERTAKEN) throw notEnded(config, request, MAX_OVERTAKEN);
      if (failed > 1) await backOff(failed - 1, config);
      action = nextHoldAction(context, outcome.state);
    } else {
      if (++busy > MAX_BUSY) throw outcome.error;
      await backOff(busy, config);
    }
  }
}

type Outcome =
  | { readonly result: HoldEndResult }
  /** The condition failed. */
  | { readonly state: HoldState }
  /** DynamoDB throttles, or another transaction was at work on the item. */
  | { readonly error: unknown };

async function write(
  config: CallConfig,
  context: HoldContext,
  action: HoldWrite,
  attempts: Attempts,
): Promise<Outcome> {
  const { client, signal, tableName } = config;
  const { id } = context.request;
  const answer = (value: number): Outcome => ({ result: { value, replayed: false } });
  try {
    if (action.hold.type === "moved") {
      const { end, item, openHold } = action.hold;
      const TransactItems = [
        { Update: updateInput(config, context, action) },
        ...endOfMovedHold(config, id, item, openHold, endText(end, context.forgetAt)),
      ];
      const command = new TrackedTransactWriteItems({ TransactItems }, attempts);
      await untilAborted(signal, () => client.send(command, { abortSignal: signal }));
      return answer(action.hold.after);
    }
    const input = { ...updateInput(config, context, action), ReturnValues: "UPDATED_NEW" } as const;
    const command = new TrackedUpdateItem(input, attempts);
    const { Attributes: item = {} } = await untilAborted(signal, () =>
      client.send(command, { abortSignal: signal }),
    );
    return answer(valueOf(item, config, id) ?? Number.NaN);
  } catch (error) {
    const [reason, ...others] = reasonsOf(error);
    const hasFailed = (code: string | undefined) => code === "ConditionalCheckFailed";
    const isCondition = isConditionFailure(error);
    if (isCondition || hasFailed(reason?.Code) || others.some(({ Code }) => hasFailed(Code))) {
      const seen = isCondition ? error.Item : undefined;
      const item = seen ?? (await readItem(config, { id, sortKey: VALUE_SORT_KEY }, { consistent: true }));
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
    if (isBusy(error)) return { error: translated };
    throw translated;
  }
}

// An amount that comes back is not known where the item was not seen: two such numbers are certainly a safe integer.
const HALF = Math.floor(Number.MAX_SAFE_INTEGER / 2);
const NOT_DUE = "#due >= :soon";

function updateInput(
  config: CallConfig,
  { request, keyAttribute, startedAt, forgetAt }: HoldContext,
  { hold }: HoldWrite,
) {
  const number = (value: number) => ({ N: String(value) });
  const common = {
    TableName: config.tableName,
    Key: itemKey(config, { id: request.id, sortKey: VALUE_SORT_KEY }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  } as const;
  const names = { "#value": attributes.value, "#due": attributes.due };
  const inline = { ...names, "#held": holdAttributes(keyAttribute).held };
  const soon = { ":soon": soonAfter(startedAt) };
  switch (hold.type) {
    case "unseen":
      return {
        ...common,
        UpdateExpression: `SET #value = #value + ${hold.isReturned ? "#held" : ":zero"}, #held = :end`,
        ConditionExpression: `#held BETWEEN :least AND :most AND #value <= :half AND ${NOT_DUE}`,
        ExpressionAttributeNames: inline,
        ExpressionAttributeValues: {
          ...(!hold.isReturned && { ":zero": number(0) }),
          ":end": endText(hold.end, forgetAt),
          ":least": number(hold.amount ?? 1),
          ":most": number(hold.amount ?? HALF),
          ":half": number(HALF),
          ...soon,
        },
      } satisfies UpdateItemCommandInput;
    case "inline":
      return {
        ...common,
        UpdateExpression: "SET #value = #value + :back, #held = :end",
        ConditionExpression: `#held = :seen AND #value <= :room AND ${NOT_DUE}`,
        ExpressionAttributeNames: inline,
        ExpressionAttributeValues: {
          ":back": number(hold.back),
          ":end": endText(hold.end, forgetAt),
          ":seen": hold.seen,
          ":room": number(Number.MAX_SAFE_INTEGER - hold.back),
          ...soon,
        },
      } satisfies UpdateItemCommandInput;
    case "moved":
      return {
        ...common,
        UpdateExpression: "SET #value = :after",
        ConditionExpression: `#value = :before AND ${NOT_DUE}`,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ":before": number(hold.before), ":after": number(hold.after), ...soon },
      } satisfies UpdateItemCommandInput;
  }
}
