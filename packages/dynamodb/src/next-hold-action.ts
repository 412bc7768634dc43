import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  CounterError,
  endHold,
  isCounterError,
  valueAfterReturn,
  type EndHoldRequest,
  type HoldEndResult,
  type WindowPeriod,
} from "@durable-counter/core";
import { valueOf, type Item } from "./read-item.ts";
import { named, quoted } from "./named.ts";
import { holdAttributes, readHold, type EndRecord, type OpenHold } from "./hold-record.ts";
import { attributes, valueAttributeOf } from "./item-schema.ts";
import { checkFence, hasMovedHolds } from "./write-fence.ts";
import { isDue } from "./hold-expiry.ts";

/** One request to end a hold: everything that stays the same, however often it is attempted. */
export interface HoldContext {
  readonly request: EndHoldRequest;
  readonly table: Parameters<typeof checkFence>[1];
  /** The sort key of the item that has, or had, the hold. */
  readonly sortKey: string;
  /** The window that the hold probably belongs to: the current one. Undefined for a counter without windows. */
  readonly period: WindowPeriod | undefined;
  readonly keyAttribute: string;
  /** When this call began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Until when the end of the hold is remembered, in seconds since 1970. */
  readonly forgetAt: number;
}

/** What is known of a counter, and of a hold that may be in an item of its own. */
export interface HoldState {
  readonly item: Item;
  /** The key item of the hold, read no earlier than the item; undefined if it was not read. */
  readonly keyItem?: Item | undefined;
  /** Whether any of it is what this store last knew, and not what was read. Then it is good for a write with a condition only. */
  readonly isGuess?: boolean;
  /** Whether the item may have changed before the key item was read. Then its value answers nothing. */
  readonly isSplit?: boolean;
}

/** One write that ends a hold. */
export interface HoldWrite {
  readonly type: "write";
  /** When the window starts that the hold belongs to, or probably belongs to; undefined for a counter without windows. */
  readonly startsAt: number | undefined;
  readonly hold:
    /** The item was not seen. With an `amount`, it must be what is held; all of it comes back, or nothing. */
    | {
        readonly type: "unseen";
        readonly end: EndRecord;
        readonly amount: number | undefined;
        readonly isReturned: boolean;
      }
    /** The hold was seen in the counter's item, where it must still be so: another one of this id may belong to another window. */
    | {
        readonly type: "inline";
        readonly end: EndRecord;
        readonly seen: { readonly hold: AttributeValue | undefined; readonly held: AttributeValue };
        readonly back: number;
      }
    /** The hold was seen in an item of its own. The value must still be `before`. */
    | {
        readonly type: "moved";
        readonly end: EndRecord;
        readonly state: HoldState;
        readonly openHold: OpenHold;
        readonly before: number;
        readonly after: number;
      };
}

export type HoldAction =
  | {
      readonly type: "answer";
      readonly result: HoldEndResult;
      readonly startsAt: number | undefined;
      readonly isMoved: boolean;
    }
  /** Read the item and the key item, and decide again. */
  | { readonly type: "read" }
  /** Read the key item, and decide again. */
  | { readonly type: "read-key-item"; readonly state: HoldState }
  /** Give back what expired holds have taken, and decide again. */
  | { readonly type: "settle"; readonly state: HoldState }
  | HoldWrite;

/** The first action of a request: most holds are ended without a read. */
export function firstHoldAction({ request, period }: HoldContext): HoldAction {
  const isReturned = request.type === "release";
  const amount = isReturned ? undefined : request.amount;
  const end = isReturned ? ({ type: "released" } as const) : ({ type: "committed", amount } as const);
  return { type: "write", startsAt: period?.startsAt, hold: { type: "unseen", end, amount, isReturned } };
}

/**
 * The action that follows from a counter's state: answer the request, because the hold has ended in this way before; refuse it; or
 * end the hold, where it is kept. Pure: it neither reads nor writes.
 *
 * @throws CounterError `invalid-input`, `limit-exceeded`, `misconfigured`
 */
export function nextHoldAction(context: HoldContext, state: HoldState): HoldAction {
  if (state.isGuess !== true) return actionOf(context, state);
  try {
    const action = actionOf(context, state);
    if (action.type === "write") return action;
  } catch (error) {
    if (!isCounterError(error)) throw error;
  }
  return { type: "read" };
}

function actionOf(context: HoldContext, state: HoldState): HoldAction {
  const { request, table, keyAttribute, startedAt } = context;
  const { item, keyItem } = state;
  checkFence(item, table, request.id);
  if (isDue(item, startedAt)) return { type: "settle", state };
  const names = holdAttributes(keyAttribute);
  const { [names.hold]: inlineHold, [names.held]: held } = item;
  if (held === undefined && keyItem === undefined && hasMovedHolds(item))
    return { type: "read-key-item", state };
  const isMoved = held === undefined && keyItem?.[attributes.life]?.S === item[attributes.life]?.S;
  const record = isMoved ? [keyItem?.[attributes.hold], keyItem?.[attributes.held]] : [inlineHold, held];
  const found = readHold(record[0], record[1]);
  if (found === "unreadable") throw unreadable(context, record);
  // An expired hold is still open if there is no room for it. It can be released later, but not be committed.
  const isOver = found !== undefined && found.end === undefined && found.expiresAt <= startedAt;
  const hold = isOver && request.type === "commit" ? { ...found, end: { type: "expired" } as const } : found;
  const { end, back, replayed } = endHold(hold, request);
  const { startsAt } = found ?? {};
  const before = valueOf(item, table, request.id, valueAttributeOf({ startsAt })) ?? 0;
  if (replayed && isMoved && state.isSplit === true) return { type: "read" };
  if (replayed) return { type: "answer", result: { value: before, replayed }, startsAt, isMoved };
  const after = valueAfterReturn(before, back, request);
  if (held !== undefined) {
    const seen = { hold: inlineHold, held };
    return { type: "write", startsAt, hold: { type: "inline", end, seen, back } };
  }
  const openHold = { keyAttribute, amount: hold?.amount ?? 0, expiresAt: hold?.expiresAt ?? 0 };
  return { type: "write", startsAt, hold: { type: "moved", end, state, openHold, before, after } };
}

function unreadable({ request, table }: HoldContext, record: readonly unknown[]): CounterError {
  return new CounterError(
    "misconfigured",
    `${named(table, request.id)} holds ${quoted(record)} as the record of hold ${quoted(request.holdId)}. A newer version of @durable-counter/dynamodb may have written it: upgrade this one.`,
  );
}
