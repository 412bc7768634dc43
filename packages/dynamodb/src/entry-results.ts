import { applyBatch, type BatchResult } from "@durable-counter/core";
import { cacheFence } from "./cached-fence.ts";
import { backOff, MAX_OVERTAKEN } from "./back-off.ts";
import { compact, startsCompaction } from "./compaction.ts";
import { valueOf, type Item } from "./read-item.ts";
import type { EntryContexts } from "./entry-contexts.ts";
import { overtaken, resultForgotten, setOverFraction } from "./request-errors.ts";
import { settleEach } from "./settle-each.ts";
import type { ConditionalUpdate } from "./next-action.ts";
import { readRecord } from "./idempotency-record.ts";
import { readTogether } from "./transactional-read.ts";
import { findRecordedResults, readStates } from "./recorded-results.ts";
import { valueName, type RequestContext } from "./request-context.ts";
import { withWindow } from "./request-window.ts";
import { checkFence } from "./write-fence.ts";

/** The results of a transaction that was applied. The values before an addition are read, from its record. */
export async function entryResults(
  requests: EntryContexts,
  updates: readonly ConditionalUpdate[],
): Promise<readonly BatchResult[]> {
  const [{ config, keyAttribute }] = requests;
  const isAdded = (_: unknown, index: number) => updates[index]?.change.kind === "net";
  const compacts = startsCompaction(keyAttribute);
  const read = compacts ? requests : requests.filter(isAdded);
  const itemOf = await readTogether(config, read);
  const added = await addedResults(requests.filter(isAdded), itemOf);
  const results = requests.map((request, index) => {
    const { id, commands, limits, window } = request;
    const { change, keyItem, item = {} } = updates[index] ?? {};
    const replaced =
      change?.kind === "replace"
        ? withWindow(applyBatch(change.before, commands, limits, id), window, limits)
        : undefined;
    const result = added.get(request) ?? replaced;
    if (result === undefined) throw new TypeError("An entry was neither added nor replaced.");
    if (keyItem !== undefined) cacheFence(request, item);
    config.cache.values.set(valueName(request), result.value);
    return result;
  });
  if (compacts) await Promise.all(requests.map((each) => compact(each, itemOf(each))));
  return results;
}

async function addedResults(
  requests: readonly RequestContext[],
  itemOf: (request: RequestContext) => Item,
): Promise<ReadonlyMap<RequestContext, BatchResult>> {
  const [first, ...others] = requests;
  if (first === undefined) return new Map();
  const states = requests.map((request) => {
    const { config, id } = request;
    const item = itemOf(request);
    valueOf(item, config, id, request.valueAttribute); // a foreign item may hold a fraction, which no condition can see
    const record = readRecord(item[request.keyAttribute]);
    if (record !== undefined && record.fingerprint !== request.fingerprint) throw setOverFraction(request);
    return { item, keyItem: {}, isKeyItemKnown: true };
  });
  const contexts = [first, ...others] as const;
  // A compaction beside may have moved the record already.
  const moved = requests.flatMap(({ keyAttribute }, index) =>
    states[index]?.item[keyAttribute] === undefined ? [index] : [],
  );
  const results = await findRecordedResults(contexts, await readStates(contexts, states, moved));
  if (results === undefined) throw resultForgotten(first);
  return new Map(requests.flatMap((request, index) => (results[index] ? [[request, results[index]]] : [])));
}

/**
 * The results of entries that only read, of one moment, without a record. A counter that was never written is not created.
 *
 * @throws CounterError `throttled`, `unavailable`, `misconfigured`
 */
export async function readEntries(requests: EntryContexts): Promise<readonly BatchResult[]> {
  const [{ config }] = requests;
  let itemOf = await readTogether(config, requests);
  for (let failed = 0; ;) {
    const settled = await settleEach(requests, itemOf);
    if (settled.due === 0) break;
    if (settled.overtaken > 0) {
      if (++failed > MAX_OVERTAKEN) throw overtaken(requests[0], MAX_OVERTAKEN);
      await backOff(failed, config);
    }
    itemOf = await readTogether(config, requests);
  }
  return requests.map((request) => {
    const { id, commands, limits, initial, valueAttribute, window } = request;
    const item = itemOf(request);
    checkFence(item, config, id);
    const value = valueOf(item, config, id, valueAttribute) ?? initial;
    return withWindow(applyBatch(value, commands, limits, id), window, limits);
  });
}
