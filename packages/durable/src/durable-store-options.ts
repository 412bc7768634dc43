import {
  checkWindowSupport,
  counterWindowParser,
  idempotencyKeyParser,
  issuedAtNeedsKey,
  issuedAtParser,
  parseInput,
  strictObject,
  type ApplyAllRequest,
  type CounterStore,
  type CounterWindow,
} from "@durable-counter/core";
import { operationNameParser, storeParser } from "./counter-config.ts";

/** Options of `durableStore`. */
export interface DurableStoreOptions {
  /**
   * Identifies the store among those of a context: 1–200 printable ASCII characters, by default `store`. A second store of the
   * same name in a context gets `-2` appended. Where concurrent branches call stores of two tables, give each a name of its own: the
   * keys of two stores of one name follow from the order of their calls, which may differ after a crash.
   */
  readonly name?: string | undefined;
  /**
   * The idempotency key of the request that started this execution, if it has one: 1–256 printable characters. It replaces the
   * execution's ARN in the keys of the operations. So an event that is delivered twice starts two executions and still counts
   * once, if both make the same calls to each counter in the same order.
   */
  readonly idempotencyKey?: string | undefined;
  /** When that key was sent for the first time: milliseconds since 1970, as a number or as text of digits. */
  readonly issuedAt?: number | string | undefined;
}

const optionsParser = strictObject<DurableStoreOptions & { readonly issuedAt?: number | undefined }>(
  {},
  { name: operationNameParser, idempotencyKey: idempotencyKeyParser, issuedAt: issuedAtParser },
  [issuedAtNeedsKey],
);

/**
 * Refuses a window that the store would ignore. What is wrong with a request is found out before a step of it starts.
 *
 * @throws CounterError `invalid-input`
 */
export function checkWindow(store: CounterStore, window: CounterWindow | undefined, what: string): void {
  if (window === undefined) return;
  checkWindowSupport(parseInput(counterWindowParser, window, `${what}.window`), store, what);
}

/** @throws CounterError `invalid-input` */
export function checkEntries(store: CounterStore, { entries }: ApplyAllRequest): void {
  for (const [index, { window }] of entries.entries())
    checkWindow(store, window, `request.entries[${index}]`);
}

/** @throws CounterError `invalid-input` */
export function parseDurableStore(store: CounterStore, options: DurableStoreOptions) {
  parseInput(storeParser, store, "store");
  return parseInput(optionsParser, options, "options");
}
