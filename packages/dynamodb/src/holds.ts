import {
  checkHoldInWindow,
  commitRequestParser,
  CounterError,
  counterIdParser,
  decrement,
  holdRequestParser,
  type HoldRequest,
  isCounterError,
  parseInput,
  releaseRequestParser,
  type CounterStore,
  type HoldResult,
} from "@durable-counter/core";
import { applyRequest } from "./apply-request.ts";
import type { DynamoDBCapability } from "./capabilities.ts";
import { endHoldInTable } from "./end-hold.ts";
import { conditionOfHolds, placementOfHold } from "./hold-conditions.ts";
import { forgottenAt, holdAttributes, openHolds, readHoldText } from "./hold-record.ts";
import { readSettledItem, settle } from "./settle-expired-holds.ts";
import type { HoldSupport, WindowedPlacement } from "./hold-support.ts";
import { attributes } from "./item-schema.ts";
import { unreadableRecord } from "./request-errors.ts";
import { remembered, rememberHold } from "./hold-memory.ts";
import { holdInKeyItem, putMovedHold } from "./moved-hold.ts";
import { namesOf } from "./request-context.ts";
import { isPlacedApart, placeApart, rememberValue } from "./separate-hold.ts";
import { windowOf, type CallConfig } from "./store-options.ts";
import { sumOfHolds } from "./sum-of-holds.ts";
import { quoted } from "./named.ts";

/** What `holds` adds to a store. */
export interface HoldMethods extends Required<Pick<CounterStore, "hold" | "commit" | "release" | "held">> {}

const support: HoldSupport = {
  condition: conditionOfHolds,
  placement: placementOfHold,
  checkWindow,
  outlastsWindow: (request) => {
    try {
      checkWindow(request);
      return false;
    } catch (error) {
      if (isCounterError(error, "invalid-input")) return true;
      throw error;
    }
  },
  placedBefore: (request, { item, keyItem }) => {
    const names = holdAttributes(request.keyAttribute);
    const attribute = item[names.hold] ?? keyItem[attributes.hold] ?? { NULL: true };
    const hold = readHoldText(attribute);
    if (hold === undefined) throw unreadableRecord(request, attribute);
    return hold;
  },
  settle,
  readSettledItem,
  remembered,
  isPlacedApart,
  placeApart,
  ofKey: (item, keyAttribute) => {
    const names = holdAttributes(keyAttribute);
    const held = item[names.held];
    if (held === undefined) return undefined;
    return {
      changing: [names.held, held],
      constant: names.hold,
      forgottenAt: forgottenAt(held),
      inKeyItem: holdInKeyItem(item, keyAttribute),
    };
  },
  putMoved: (table, key, item, isMoved) =>
    openHolds(item)
      .filter(({ keyAttribute }) => isMoved(keyAttribute))
      .map((hold) => {
        const { keyAttribute } = hold;
        rememberHold(table.cache, { ...key, keyAttribute }, { ...hold, isMoved: true });
        return putMovedHold(table, key, item, hold);
      }),
};

/**
 * The capability to hold an amount: a decrement that can be undone, by `hold`, `commit`, `release` and `held`. Every store that
 * reads or writes a counter with holds needs it, because it gives back what an expired hold has taken; a store without it
 * refuses such a counter with `misconfigured`.
 *
 * @example
 * ```ts
 * const store = createDynamoDBCounterStore({ client, tableName: "counters", capabilities: [holds] });
 * const { holdId } = await store.hold({ id: "stock-42", amount: 1, expiresIn: 900, limits: { min: 0 } });
 * await store.commit({ id: "stock-42", holdId });
 * ```
 */
export const holds: DynamoDBCapability<HoldMethods> = {
  name: "holds",
  methods: ({ config, call }) => ({
    hold: async (input, options = {}) => {
      const request = parseInput(holdRequestParser, input, "request");
      checkUnsharded(config, request.id, "request.id");
      return call(options, (config) => hold(config, request));
    },
    commit: async (input, options = {}) => {
      const request = parseInput(commitRequestParser, input, "request");
      checkUnsharded(config, request.id, "request.id");
      return call(options, (config) => endHoldInTable(config, { type: "commit", ...request }));
    },
    release: async (input, options = {}) => {
      const request = parseInput(releaseRequestParser, input, "request");
      checkUnsharded(config, request.id, "request.id");
      return call(options, (config) => endHoldInTable(config, { type: "release", ...request }));
    },
    held: async (input, options = {}) => {
      const id = parseInput(counterIdParser, input, "id");
      checkUnsharded(config, id, "id");
      const window = windowOf(config, options);
      return call(options, (config) => sumOfHolds(config, id, window));
    },
  }),
  holds: support,
};

function checkWindow({ hold, window, startedAt }: WindowedPlacement): void {
  if (hold !== undefined && window !== undefined)
    checkHoldInWindow(window.window, (hold.expiresAt - startedAt) / 1_000, startedAt);
}

/** @throws CounterError `invalid-input` if the counters of the store are spread over shards */
function checkUnsharded({ shards }: Pick<CallConfig, "shards">, id: string, what: string): void {
  if (shards === undefined) return;
  throw new CounterError(
    "invalid-input",
    `${what} is ${quoted(id)}, a counter that is spread over ${shards} shards, of which none may have enough; hold on a counter of a store without "shards".`,
  );
}

/** A hold is a decrement that is never clamped, and that is recorded with what it has taken. */
async function hold(config: CallConfig, request: HoldRequest): Promise<HoldResult> {
  const { amount, expiresIn, limits = config.limits, ...rest } = request;
  const { window = config.window } = request;
  rememberValue(config, request.id, window);
  const {
    placed,
    results: _results,
    ...result
  } = await applyRequest(config, {
    ...rest,
    commands: [decrement(amount)],
    holdFor: expiresIn,
    limits: { ...limits, onLimit: "reject" },
  });
  const { holdId = "", expiresAt = 0 } = placed ?? {}; // a request with `holdFor` has placed one
  const { resetsAt } = result;
  // A window ends when the next one begins.
  const startsAt = resetsAt === undefined ? undefined : window?.at(resetsAt - 1).startsAt;
  const name = { id: request.id, ...namesOf(holdId, window, undefined) };
  const { keyAttribute } = name;
  rememberHold(config.cache, name, { keyAttribute, amount, expiresAt, startsAt, isMoved: false });
  return { holdId, ...result, expiresAt };
}
