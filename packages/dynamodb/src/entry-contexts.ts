import { entryLimits, withWindowOfStore, type ApplyAllRequest } from "@durable-counter/core";
import { fingerprintOfAll, generateKey } from "./idempotency-key.ts";
import { createRequestContext, type RequestContext } from "./request-context.ts";
import { requestWindow, withSerial } from "./request-window.ts";
import type { CallConfig } from "./store-options.ts";

/** The requests to the counters of one `applyAll`: one at least. */
export type EntryContexts = readonly [RequestContext, ...RequestContext[]];

/**
 * One request per entry. They share the idempotency key and its times, the fingerprint, which is that of all entries, and the
 * attempts: each attempt is one for all of them. With windows, each counts in the one that has the common time.
 *
 * @throws CounterError `invalid-input` for two entries of one counter, or a time too many windows ago
 */
export function createEntryContexts(storeConfig: CallConfig, request: ApplyAllRequest): EntryContexts {
  const { issuedAt, callerId } = request;
  const entries = withWindowOfStore(request.entries, storeConfig.window);
  const isGeneratedKey = request.idempotencyKey === undefined;
  const idempotencyKey = request.idempotencyKey ?? generateKey(storeConfig.now());
  // Key items would take half of the 100 actions that a transaction can have: all keys are recorded in the counters' items.
  const strategy = storeConfig.strategy === "inline" ? "inline" : "auto";
  const config: CallConfig = { ...storeConfig, strategy };
  const own = entries.map(({ onLimit, ...entry }) =>
    createRequestContext(config, {
      ...entry,
      limits: entryLimits({ ...entry, onLimit }, config.limits),
      idempotencyKey,
      issuedAt,
      callerId,
    }),
  );
  const retryUntil = Math.min(...own.map((each) => each.retryUntil));
  const shared = {
    isGeneratedKey,
    retryUntil,
    issuedAt: Math.min(...own.map((each) => each.issuedAt)),
    startedAt: Math.min(...own.map((each) => each.startedAt)),
    expiresAt: Math.max(...own.map((each) => each.expiresAt)),
    wasInFlight: own.some((each) => each.wasInFlight),
    attempts: { list: [], mayAttempt: () => config.now() < retryUntil },
  };
  const fingerprint = fingerprintOfAll(entries);
  const { retentionSeconds } = config;
  const [first, ...others] = own.map((each): RequestContext => {
    if (each.window === undefined) return { ...each, ...shared, fingerprint };
    const { recordSeconds } = each.window;
    const window = requestWindow(each.window.window, { ...shared, retentionSeconds, recordSeconds });
    const { attribute: valueAttribute } = window;
    return { ...each, ...shared, window, valueAttribute, fingerprint: withSerial(fingerprint, window) };
  });
  if (first === undefined) throw new TypeError("A request for several counters has at least one entry.");
  return [first, ...others];
}
