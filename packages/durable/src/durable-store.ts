import type { DurableContext } from "@aws/durable-execution-sdk-js";
import {
  applyAllRequestParser,
  applyRequestParser,
  commitRequestParser,
  counterIdParser,
  counterIdsParser,
  holdRequestParser,
  parseInput,
  releaseRequestParser,
  type ApplyRequest,
  type CallOptions,
  type CounterStore,
} from "@durable-counter/core";
import {
  checkEntries,
  checkWindow,
  parseDurableStore,
  type DurableStoreOptions,
} from "./durable-store-options.ts";
import { uniqueName } from "./operation-name.ts";
import { createOperationKeys, inWindowOf } from "./operation-keys.ts";
import { ignoreUnhandledRejection, rejectWhatThrows } from "./operation-step.ts";
import { checkResultSize, checkResultsFit, listWithinCheckpoint } from "./result-size.ts";
import { createStoreCalls } from "./store-calls.ts";
import { storeEffect as effect, type StoreEffect } from "./store-effect.ts";

/** What {@link durableStore} returns: a store with the optional capabilities of the one that it was given. */
export type DurableStore<Store extends CounterStore> = CounterStore &
  Pick<Store, Extract<keyof Store, Capability>>;

type Capability = "hold" | "commit" | "release" | "held" | "applyAll" | "getMany";

/**
 * A store whose every call is one durable step, `<id>/<sequence>/<effect>`, such as `stock-42/0/increment(5)` or
 * `stock-42/1/hold(3)`. It has the optional capabilities that the given store has.
 *
 * Every call counts exactly once, wherever the process crashes: the idempotency key of a request follows from the execution, its
 * context and what it does. A request with a key of its own keeps it. `replayed` is always false, because a
 * step cannot tell whether it is a rerun. A retryable error is retried with back-off, ten attempts in up to four minutes.
 *
 * Calls that are made concurrently are in flight at the same time: await a call if the next one depends on it. `list` and
 * `getMany` store what they find in the checkpoint, which holds 256 KB.
 *
 * @throws CounterError `invalid-input` for invalid options; `misconfigured` where exactly-once keys cannot be derived
 * @example
 * ```ts
 * export const handler = withDurableExecution(async (order: Order, context) => {
 *   const stock = durableStore(context, store);
 *   const { value } = await stock.apply({ id: order.sku, commands: [decrement(order.quantity)] });
 *   return { left: value };
 * });
 * ```
 */
export function durableStore<Store extends CounterStore>(
  context: DurableContext,
  store: Store,
  options: DurableStoreOptions = {},
): DurableStore<Store> {
  const kinds = createKinds(context, store, options);
  return { ...always(store, kinds), ...capabilities(store, kinds) } as DurableStore<Store>; // it has what the store has
}

/** The methods that every store has. */
function always(store: CounterStore, { read, repeat, count, isRepeated }: Kinds): CounterStore {
  return {
    ...(store.supportsWindows !== undefined && { supportsWindows: store.supportsWindows }),
    apply: rejectWhatThrows((input, options) => {
      const request = parseInput(applyRequestParser, input, "request");
      checkWindow(store, request.window, "request");
      // A read needs no key, which would cost a write; unless the request may come again, to be answered alike.
      const isRead = request.commands.every(({ type }) => type === "get");
      return isRead && request.idempotencyKey === undefined && !isRepeated
        ? read(effect.apply(request), options, (own) => store.apply(request, own))
        : count(effect.apply(request), options, request, (keyed, own) => store.apply(keyed, own));
    }),
    get: rejectWhatThrows((id, options) => {
      checkWindow(store, options?.window, "options");
      return read(effect.get(parseId(id)), options, (own) => store.get(id, own));
    }),
    delete: rejectWhatThrows((id, options) => {
      checkWindow(store, options?.window, "options");
      return repeat(effect.delete(parseId(id)), options, (own) => store.delete(id, own));
    }),
    async *list(options) {
      yield* await read(effect.list(), options, (own) => listWithinCheckpoint(store.list(own)));
    },
  };
}

/** The optional methods that the store has. */
function capabilities(store: CounterStore, { read, repeat, count }: Kinds): Partial<CounterStore> {
  const hold = store.hold?.bind(store);
  const commit = store.commit?.bind(store);
  const release = store.release?.bind(store);
  const held = store.held?.bind(store);
  const applyAll = store.applyAll?.bind(store);
  const getMany = store.getMany?.bind(store);
  return {
    ...(hold && {
      hold: rejectWhatThrows((input, options) => {
        const request = parseInput(holdRequestParser, input, "request");
        checkWindow(store, request.window, "request");
        return count(effect.hold(request), options, request, (keyed, own) => hold(keyed, own));
      }),
    }),
    ...(commit && {
      commit: rejectWhatThrows((input, options) => {
        const request = parseInput(commitRequestParser, input, "request");
        checkWindow(store, request.window, "request");
        return repeat(effect.commit(request), options, (own) => commit(request, own));
      }),
    }),
    ...(release && {
      release: rejectWhatThrows((input, options) => {
        const request = parseInput(releaseRequestParser, input, "request");
        checkWindow(store, request.window, "request");
        return repeat(effect.release(request), options, (own) => release(request, own));
      }),
    }),
    ...(held && {
      held: rejectWhatThrows((id, options) => {
        checkWindow(store, options?.window, "options");
        return read(effect.held(parseId(id)), options, (own) => held(id, own));
      }),
    }),
    ...(applyAll && {
      applyAll: rejectWhatThrows((input, options) => {
        const request = parseInput(applyAllRequestParser, input, "request");
        checkEntries(store, request);
        checkResultsFit(request);
        return count(effect.applyAll(request), options, request, (keyed, own) => applyAll(keyed, own));
      }),
    }),
    ...(getMany && {
      getMany: rejectWhatThrows((input, options) => {
        const ids = parseInput(counterIdsParser, input, "ids");
        checkWindow(store, options?.window, "options");
        // A checkpoint holds no Map.
        const entries = read(effect.getMany(ids), options, async (own) =>
          checkResultSize(Array.from(await getMany(ids, own)), "get-many"),
        );
        return ignoreUnhandledRejection(entries.then((pairs) => new Map(pairs)));
      }),
    }),
  };
}

const parseId = (id: string) => parseInput(counterIdParser, id, "id");

/** What a request has by which a store recognises it. Of a request to several counters, the effect has the windows. */
type Keyed = Pick<ApplyRequest, "idempotencyKey" | "issuedAt" | "callerId" | "window">;

type Kinds = ReturnType<typeof createKinds>;

/** The kinds of calls: what a step that runs again has to do. */
function createKinds(context: DurableContext, store: CounterStore, options: DurableStoreOptions) {
  const { idempotencyKey: requestKey, issuedAt, name: wanted = "store" } = parseDurableStore(store, options);
  const keys = createOperationKeys(context, requestKey, wanted);
  const name = uniqueName(context, wanted);
  const call = createStoreCalls(context, name);
  /** By counter: concurrent branches may call counters in another order in another run. */
  const positions = new Map<string, number>();

  return {
    /** Whether the request that started the execution may come again, to be answered alike. */
    isRepeated: requestKey !== undefined,
    /** Changes nothing. */
    read: <O extends CallOptions, R>(
      effect: StoreEffect,
      options: O | undefined,
      start: (own: O | CallOptions) => Promise<R>,
    ) => call(effect, options ?? {}, () => async () => ({ isWrite: false, start })),
    /** Changes nothing when it is made again. */
    repeat: <R>(
      effect: StoreEffect,
      options: CallOptions | undefined,
      start: (own: CallOptions) => Promise<R>,
    ) =>
      call(effect, options ?? {}, () => async () => ({
        isWrite: true,
        start: async (own) => applied(await start(own)),
      })),
    /** Counts once by its idempotency key. */
    count: <Request extends Keyed, R extends { readonly replayed: boolean }>(
      effect: StoreEffect,
      options: CallOptions | undefined,
      request: Request,
      start: (keyed: Request, own: CallOptions) => Promise<R>,
    ) =>
      call(effect, options ?? {}, (sequence) => {
        const { window } = request;
        const what = effect.id ?? effect.method ?? "";
        const counter = inWindowOf(effect.counters ?? what, window);
        const position = positions.get(counter) ?? 0;
        positions.set(counter, position + 1);
        const derived = keys.keyOf({
          name,
          owner: `${name}\n${counter}`,
          sequence: position,
          effect: inWindowOf(`${what}${effect.text}`, window),
        });
        return async () => {
          const isOwnKey = request.idempotencyKey !== undefined;
          const ourId = isOwnKey ? keys.callerOf(name, sequence) : keys.callerId;
          const { idempotencyKey = await derived(), callerId = ourId } = request;
          const keyed = { ...request, idempotencyKey, callerId, ...(!isOwnKey && { issuedAt }) };
          return {
            isWrite: true,
            idempotencyKey,
            start: async (own) => applied(await start(keyed, own)),
          };
        };
      }),
  };
}

/**
 * A result as every run of its step has it. A store tells a key that it knows, but a step cannot tell whether that was used by an
 * earlier run of the step or by another execution: it would have another result after a crash.
 */
function applied<R>(result: R): R {
  return typeof result === "object" && result !== null && "replayed" in result
    ? { ...result, replayed: false }
    : result;
}
