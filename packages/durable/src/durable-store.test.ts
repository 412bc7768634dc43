import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import {
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyRequest,
  type CounterStore,
  type CounterWindow,
} from "@durable-counter/core";
import { calendarWindow } from "@durable-counter/core/windows";
import { counterStoreContract, FakeContext, MemoryCounterStore, simulate } from "@durable-counter/testing";
import { describe, expect, test } from "vitest";
import { CapableStore } from "./capable-store.fixture.ts";
import { durableCounter, durableStore, type DurableStoreOptions } from "./index.ts";
import { withApply } from "./with-apply.fixture.ts";

const namesOf = ({ operations }: FakeContext) => operations.map(({ name }) => name);

/** A store that remembers every request of `apply`. */
function recordingStore() {
  const requests: ApplyRequest[] = [];
  const store = withApply((request, forward) => {
    requests.push(request);
    return forward(request);
  });
  return { store, requests };
}

async function failureOf(call: Promise<unknown> | undefined) {
  const error: unknown = await call?.catch((thrown: unknown) => thrown);
  if (!isCounterError(error)) throw new Error(`It did not fail with a CounterError: ${String(error)}`);
  return error;
}

/** Says which requests were replayed, which a durable store cannot know. */
function tellingReplays(store: CounterStore): CounterStore {
  const known = new Map<string, Set<string>>();
  // With another window, the same id is another counter.
  const nameOf = (id: string, window?: CounterWindow) => `${id}\n${window?.name ?? ""}`;
  return {
    ...store,
    apply: async (request, options) => {
      // Not even an object, where the contract is about bad input.
      const { id, idempotencyKey = "", window } = request ?? {};
      const name = nameOf(id, window);
      const keys = known.get(name) ?? new Set();
      const replayed = keys.has(idempotencyKey);
      if (idempotencyKey !== "") known.set(name, keys.add(idempotencyKey));
      try {
        return { ...(await store.apply(request, options)), replayed };
      } catch (error) {
        if (!replayed) keys.delete(idempotencyKey);
        throw error;
      }
    },
    delete: async (id, options) => {
      known.delete(nameOf(id, options?.window));
      await store.delete(id, options);
    },
  };
}

describe("a durable store is a store", () => {
  counterStoreContract(
    { describe, test, expect },
    (options) => tellingReplays(durableStore(new FakeContext(), new MemoryCounterStore(options))),
    { capabilities: ["getMany", "windows"] },
  );
});

describe("durableStore", () => {
  test("makes every call one durable step, whose name says what it does", async () => {
    const context = new FakeContext();
    const store = durableStore(context, new CapableStore({ initial: 10 }));
    await store.apply({ id: "stock-42", commands: [increment(5)] });
    const hold = await store.hold({ id: "stock-42", amount: 3, expiresIn: 60 });
    const holdId = hold?.holdId ?? "";
    const entries = ["a", "b", "c"].map((id) => ({ id, commands: [increment()] }));
    await store.applyAll({ entries });
    await store.commit({ id: "stock-42", holdId, amount: 2 });
    await store.release({ id: "stock-42", holdId }).catch(() => undefined);
    await store.held("stock-42");
    await store.get("stock-42");
    await store.apply({ id: "zähler", commands: [increment(), get(), decrement()] });
    await store.getMany(["a", "b"]);
    for await (const _ of store.list());
    await store.delete("a");
    expect(namesOf(context)).toEqual([
      "stock-42/0/increment(5)",
      "stock-42/1/hold(3)",
      expect.stringMatching(/^apply-all\/2\(3:[0-9a-f]{4}\)$/u),
      expect.stringMatching(/^stock-42\/3\/commit\(2:[0-9a-f]{4}\)$/u),
      expect.stringMatching(/^stock-42\/4\/release\([0-9a-f]{4}\)$/u),
      "stock-42/5/held",
      "stock-42/6/get",
      expect.stringMatching(/^counter\/7\/batch\(3:[0-9a-f]{4}\)$/u),
      expect.stringMatching(/^get-many\/8\(2:[0-9a-f]{4}\)$/u),
      "list/9",
      "a/10/delete",
    ]);
  });

  test("returns what the store returns", async () => {
    const memory = new CapableStore({ initial: 10 });
    const store = durableStore(new FakeContext(), memory);
    expect(await store.apply({ id: "a", commands: [increment(5)] })).toEqual({
      value: 15,
      results: [{ type: "increment", before: 10, after: 15 }],
      replayed: false,
    });
    const hold = await store.hold({ id: "a", amount: 4, expiresIn: 60 });
    expect(hold).toMatchObject({ value: 11, expiresAt: 60_000, replayed: false });
    expect(await store.held("a")).toBe(4);
    expect(await store.commit({ id: "a", holdId: hold?.holdId ?? "", amount: 1 })).toMatchObject({
      value: 14,
    });
    const applied = await store.applyAll({ entries: [{ id: "b", commands: [increment()] }] });
    expect(applied?.results).toEqual([
      { value: 11, results: [{ type: "increment", before: 10, after: 11 }] },
    ]);
    expect(await store.getMany(["b", "a", "c"])).toEqual(
      new Map([
        ["b", 11],
        ["a", 14],
        ["c", 10],
      ]),
    );
    expect(await store.delete("b")).toBeUndefined();
    const entries = [];
    for await (const entry of store.list()) entries.push(entry);
    expect(entries).toEqual([{ id: "a", value: 14 }]);
  });

  test("has only the capabilities of the store", () => {
    const { store } = recordingStore();
    expect(Object.keys(durableStore(new FakeContext(), store)).toSorted()).toEqual([
      "apply",
      "delete",
      "get",
      "list",
      "supportsWindows",
    ]);
    expect(Object.keys(durableStore(new FakeContext(), new CapableStore())).toSorted()).toEqual([
      "apply",
      "applyAll",
      "commit",
      "delete",
      "get",
      "getMany",
      "held",
      "hold",
      "list",
      "release",
      "supportsWindows",
    ]);
  });

  test("gives each request a key of its own, which is the same when the execution runs again", async () => {
    const keysOf = async (arn: string) => {
      const { store, requests } = recordingStore();
      const durable = durableStore(new FakeContext({ arn }), store);
      for (const id of ["a", "a", "b"]) await durable.apply({ id, commands: [increment()] });
      return requests.map(({ idempotencyKey, callerId }) => ({ idempotencyKey, callerId }));
    };
    const first = await keysOf("arn:one");
    expect(new Set(first.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
    expect(new Set(first.map(({ callerId }) => callerId)).size).toBe(1);
    expect(await keysOf("arn:one")).toEqual(first);
    expect((await keysOf("arn:two")).map(({ idempotencyKey }) => idempotencyKey)).not.toContain(
      first[0]?.idempotencyKey,
    );
  });

  test("shares no key and no name with another store or counter of the execution", async () => {
    const { store, requests } = recordingStore();
    const context = new FakeContext();
    const [one, other] = [durableStore(context, store), durableStore(context, store)];
    await one.apply({ id: "a", commands: [increment()] });
    await other.apply({ id: "a", commands: [increment()] });
    await durableCounter(context, { store, id: "a" }).increment();
    await context.runInChildContext("child", (child) =>
      durableStore(child, store).apply({ id: "a", commands: [increment()] }),
    );
    expect(new Set(requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4);
    expect(await store.get("a")).toBe(4);
    const names = namesOf(context).filter((name) => name !== "child");
    expect(names.slice(0, 3)).toEqual(["a/0/increment(1)", "a-2/0/increment(1)", "a-3/0/increment(1)"]);
  });

  test("keeps a request's own key, and passes the time at which it was issued", async () => {
    const { store, requests } = recordingStore();
    const durable = durableStore(new FakeContext(), store);
    const request = { id: "a", commands: [increment()], idempotencyKey: "order-1", issuedAt: 5 };
    for (let n = 0; n < 2; n++)
      expect(await durable.apply(request)).toMatchObject({ value: 1, replayed: false });
    expect(requests.map(({ idempotencyKey, issuedAt }) => [idempotencyKey, issuedAt])).toEqual([
      ["order-1", 5],
      ["order-1", 5],
    ]);
    expect(await store.get("a")).toBe(1);
  });

  test("counts an event that is delivered twice once, by the event's key", async () => {
    const { store, requests } = recordingStore();
    for (const arn of ["arn:one", "arn:two"]) {
      const context = new FakeContext({ arn });
      const durable = durableStore(context, store, { idempotencyKey: "event-1", issuedAt: "7" });
      const { value } = await durable.apply({ id: "a", commands: [increment(2)] });
      const read = await durable.apply({ id: "a", commands: [get()] });
      expect([value, read.value]).toEqual([2, 2]);
    }
    expect(await store.get("a")).toBe(2);
    expect(requests.map(({ issuedAt }) => issuedAt)).toEqual([7, 7, 7, 7]);
  });

  test("reads without a key", async () => {
    const { store, requests } = recordingStore();
    await durableStore(new FakeContext(), store).apply({ id: "a", commands: [get()] });
    expect(requests).toEqual([{ id: "a", commands: [get()] }]);
  });

  test("passes a key and a caller to holds and to several counters at once", async () => {
    const store = new CapableStore({ initial: 9 });
    const durable = durableStore(new FakeContext(), store);
    await durable.hold({ id: "a", amount: 1, expiresIn: 60 });
    await durable.applyAll({
      entries: [{ id: "a", commands: [increment()] }],
      callerId: "me",
      idempotencyKey: "k",
    });
    expect(store.requests).toEqual([
      ["hold", expect.objectContaining({ idempotencyKey: expect.any(String), callerId: expect.any(String) })],
      ["applyAll", expect.objectContaining({ idempotencyKey: "k", callerId: "me" })],
    ]);
  });

  test("calls that are made concurrently have the positions of their order", async () => {
    const context = new FakeContext();
    const store = durableStore(context, new MemoryCounterStore());
    const requests = [1, 2, 3].map((amount) => store.apply({ id: "a", commands: [increment(amount)] }));
    expect((await Promise.all(requests)).map(({ value }) => value)).toEqual([1, 3, 6]);
    expect(namesOf(context)).toEqual(["a/0/increment(1)", "a/1/increment(2)", "a/2/increment(3)"]);
  });

  test("rejects with the store's error, live and on replay, and costs one attempt", async () => {
    const memory = new MemoryCounterStore();
    const codes: unknown[] = [];
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const store = durableStore(context, memory);
      const request = { id: "a", commands: [decrement()], limits: { min: 0 } };
      const { code, details } = await failureOf(store.apply(request));
      codes.push([code, details["value"]]);
      await context.wait({ seconds: 1 });
      return code;
    });
    const { result, operations } = await simulate(handler);
    expect(result).toBe("limit-exceeded");
    expect(codes.length).toBeGreaterThan(1);
    expect(new Set(codes.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(operations.filter(({ name }) => name === "a/0/decrement(1)")).toHaveLength(1);
  });

  test("does not retry after its caller has aborted", async () => {
    const controller = new AbortController();
    let calls = 0;
    const store = withApply((_request, _forward, options) => {
      calls++;
      controller.abort();
      expect(options?.signal?.aborted).toBe(true);
      return Promise.reject(new Error("aborted"));
    });
    const durable = durableStore(new FakeContext(), store);
    const call = durable.apply({ id: "a", commands: [increment()] }, { signal: controller.signal });
    await expect(call).rejects.toThrow("aborted");
    expect(calls).toBe(1);
  });

  test("a call that nobody awaits ends no process", async () => {
    const store = durableStore(new FakeContext(), new MemoryCounterStore());
    // oxlint-disable-next-line typescript/no-floating-promises -- what this test is about
    store.apply({ id: "a", commands: [decrement()], limits: { min: 0 } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await store.get("a")).toBe(0);
  });
});

describe("a result that a checkpoint cannot hold", () => {
  const ids = Array.from({ length: 1_200 }, (_, n) => `${"x".repeat(240)}-${n}`);

  test("is refused with what to do instead, and the execution goes on", async () => {
    const memory = new MemoryCounterStore();
    for (const id of ids) await memory.apply({ id, commands: [increment()] });
    const handler = withDurableExecution(async (_event: unknown, context: DurableContext) => {
      const store = durableStore(context, memory);
      const listing = async () => {
        for await (const _ of store.list());
      };
      const listed = await failureOf(listing());
      const read = await failureOf(store.getMany(ids));
      return [listed.code, listed.message, read.code, read.message];
    });
    const { result } = await simulate(handler);
    expect(result).toEqual([
      "misconfigured",
      expect.stringMatching(
        /^The result of list is larger than the 262144 bytes .* more than \d+ counters: list/u,
      ),
      "misconfigured",
      expect.stringContaining("The result of get-many is larger than the 262144 bytes"),
    ]);
  });
});

test("with the key of an event, a counter counts by itself and with others", async () => {
  const memory = new MemoryCounterStore();
  const count = withDurableExecution(async (_event: unknown, context: DurableContext) => {
    const store = durableStore(context, memory, { idempotencyKey: "order-1" });
    await store.apply({ id: "a", commands: [increment(1)] });
    for (const id of ["b", "c"])
      await store.applyAll({ entries: ["a", id].map((each) => ({ id: each, commands: [increment(10)] })) });
    return Object.fromEntries(await store.getMany(["a", "b", "c"]));
  });
  for (let deliveries = 0; deliveries < 2; deliveries++)
    expect((await simulate(count)).result).toEqual({ a: 21, b: 10, c: 10 });
});

describe("the results of several counters", () => {
  const entriesOf = (commands: number, window?: CounterWindow) =>
    Array.from({ length: 100 }, (_, n) => ({
      id: `counter-${n}`,
      initial: -Number.MAX_SAFE_INTEGER,
      commands: Array.from({ length: commands / 100 }, () => decrement(0)),
      limits: { max: Number.MAX_SAFE_INTEGER },
      window,
    }));

  test("fit into a checkpoint at their largest", async () => {
    const memory = new MemoryCounterStore();
    const handler = withDurableExecution(async (_event: unknown, context: DurableContext) => {
      const entries = entriesOf(3_000, calendarWindow({ per: "minute" }));
      const { results } = await durableStore(context, memory).applyAll({ entries });
      return results.length;
    });
    expect((await simulate(handler)).result).toBe(100);
  });

  test("are refused before anything is applied where they might not fit", async () => {
    const memory = new MemoryCounterStore();
    const context = new FakeContext();
    const { code, message } = await failureOf(
      durableStore(context, memory).applyAll({ entries: entriesOf(3_100) }),
    );
    expect(code).toBe("invalid-input");
    expect(message).toMatch(/^request\.entries have 3100 commands; pass at most 3000 in all/u);
    expect(context.operations).toEqual([]);
    expect(await memory.getMany(["counter-0"])).toEqual(new Map([["counter-0", 0]]));
  });
});

describe("invalid input", () => {
  test.each<[unknown, unknown, RegExp]>([
    [null, {}, /^store is null; pass a CounterStore/u],
    [() => 1, {}, /^store is a function; pass a CounterStore/u],
    [
      new MemoryCounterStore(),
      { name: "ä" },
      /^options\.name is "ä"; pass 1 to 200 printable ASCII characters/u,
    ],
    [
      new MemoryCounterStore(),
      { issuedAt: 1 },
      /^options is .*; pass "issuedAt" only with an "idempotencyKey"/u,
    ],
    [new MemoryCounterStore(), { id: "a" }, /^options has the unknown key "id"; pass only "name"/u],
  ])("%j with %j is refused", (store, options, message) => {
    // A caller without types may pass anything.
    const create = () =>
      durableStore(new FakeContext(), store as CounterStore, options as DurableStoreOptions);
    expect(create).toThrow(message);
  });

  test("such as a window that the store would ignore is refused before a step starts, whatever the call", async () => {
    const context = new FakeContext();
    const inWindows = new CapableStore();
    const store = durableStore(context, Object.assign(inWindows, { supportsWindows: false }));
    const window = calendarWindow({ per: "day" });
    const of = { id: "a", window };
    const refusals = await Promise.all(
      [
        store.apply({ ...of, commands: [increment()] }),
        store.get("a", { window }),
        store.delete("a", { window }),
        store.hold({ ...of, amount: 1, expiresIn: 60 }),
        store.commit({ ...of, holdId: "h" }),
        store.release({ ...of, holdId: "h" }),
        store.held("a", { window }),
        store.getMany(["a"], { window }),
        store.applyAll({
          entries: [
            { id: "b", commands: [increment()] },
            { ...of, commands: [increment()] },
          ],
        }),
      ].map(failureOf),
    );
    for (const { code, message } of refusals) {
      expect(code).toBe("invalid-input");
      expect(message).toMatch(
        /^(?:request|options|request\.entries\[1\])\.window is "day UTC"; pass a store/u,
      );
    }
    expect(context.operations).toEqual([]);
  });

  test("of a call is refused before a step starts", async () => {
    const context = new FakeContext();
    const store = durableStore(context, new CapableStore());
    const wrong = { id: "a", amount: 1, expiresIn: 1, issuedAt: 1 };
    for (const call of [
      () => store.apply({ id: "a", commands: [] }),
      () => store.get(""),
      () => store.delete(""),
      () => store.held(""),
      () => store.getMany(["a", ""]),
      () => store.hold(wrong),
      () => store.hold({ id: "a", amount: -1, expiresIn: 1 }),
      () => store.commit({ id: "a", holdId: Symbol("h") as never }),
      () => store.release({ id: "a", holdId: "" }),
      () =>
        store.applyAll({ entries: [{ id: "a", commands: [{ type: "increment", amount: 1n as never }] }] }),
      () => store.get("a", { signal: 5 as never }), // as a caller without types may pass, like some above
    ])
      expect((await failureOf(call())).code).toBe("invalid-input");
    expect(context.operations).toEqual([]);
  });
});
