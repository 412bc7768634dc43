import {
  decrement,
  get,
  increment,
  isCounterError,
  type ApplyRequest,
  type CounterOptions,
} from "@durable-counter/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import { checkLinearizable } from "./check-counter-history.ts";
import { recordHistory } from "./record-history.ts";
import { entriesOf } from "./contract/contract.ts";
import { counterStoreContract } from "./counter-store-contract.ts";
import { MemoryCounterStore } from "./memory-counter-store.ts";

let now = 0;
counterStoreContract(
  { describe, test, expect },
  (options) => new MemoryCounterStore({ now: () => now, ...options }),
  {
    capabilities: ["applyAll", "getMany", "holds", "windows"],
    advanceTime: (ms) => {
      now += ms;
    },
  },
);

describe("MemoryCounterStore", () => {
  test("settles calls asynchronously, in call order", async () => {
    const store = new MemoryCounterStore();
    const events: string[] = [];
    const pending = [
      store.apply({ id: "a", commands: [increment()] }).then(() => events.push("applied")),
      store.get("a").then((value) => events.push(`read ${value}`)),
      store.delete("a").then(() => events.push("deleted")),
    ];
    events.push("went on");
    await Promise.all(pending);
    expect(events).toEqual(["went on", "applied", "read 1", "deleted"]);
  });

  test("rejects instead of throwing", async () => {
    const store = new MemoryCounterStore();
    // A caller without types may send anything.
    const refused = store.apply({ id: "a" } as ApplyRequest);
    await expect(refused).rejects.toSatisfy((error) => isCounterError(error, "invalid-input"));
  });

  test("does not depend on later changes to a request or a result", async () => {
    const store = new MemoryCounterStore();
    const commands = [increment(1)];
    const request = { id: "a", commands, idempotencyKey: "t" };
    const pending = store.apply(request);
    commands.push(increment(100));
    const first = await pending;
    const told = structuredClone(first);
    Object.assign(first.results[0] ?? {}, { after: -1 });
    commands.pop();
    expect(await store.apply(request)).toEqual({ ...told, replayed: true });
  });

  test("answers as the model of checkLinearizable", async () => {
    const command = fc.oneof(
      fc.integer({ min: 0, max: 6 }).map(increment),
      fc.integer({ min: 0, max: 6 }).map(decrement),
      fc.constant(get()),
    );
    const limits = fc.constantFrom(undefined, { min: 0, max: 9 }, { max: 4, onLimit: "clamp" as const });
    const request = fc
      .record({
        idempotencyKey: fc.constantFrom(undefined, "t", "u", "v"),
        commands: fc.array(command, { minLength: 1, maxLength: 2 }),
        limits,
        initial: fc.constantFrom(undefined, 3),
        callerId: fc.constantFrom(undefined, "a", "b"),
      })
      .map(({ callerId, ...rest }) => ({ ...rest, callerId: rest.idempotencyKey && callerId }));
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 30 }), async (requests) => {
        const store = recordHistory(new MemoryCounterStore());
        for (const next of requests) await store.apply({ id: "a", ...next }).catch(() => undefined);
        await store.get("a", { consistent: true });
        expect(checkLinearizable(store.history)).toMatchObject({ linearizable: true });
      }),
      { numRuns: randomRuns(300) },
    );
  });

  test("lists the counters as they were when the list was started", async () => {
    const store = new MemoryCounterStore();
    for (const id of ["a", "b"]) await store.apply({ id, commands: [increment()] });
    const listed = [];
    for await (const entry of store.list()) {
      listed.push(entry);
      await store.apply({ id: "b", commands: [increment()] });
      await store.apply({ id: `${entry.id}'`, commands: [increment()] });
    }
    expect(listed).toEqual([
      { id: "a", value: 1 },
      { id: "b", value: 1 },
    ]);
  });

  test("a batch that only reads creates its counter if it has an idempotency key", async () => {
    const store = new MemoryCounterStore({ initial: 3 });
    await store.apply({ id: "a", commands: [get()], idempotencyKey: "t" });
    expect(await entriesOf(store)).toEqual([["a", 3]]);
  });

  test.each<[what: string, options: unknown, message: string]>([
    [
      "an initial value below the minimum",
      { initial: -1, limits: { min: 0 } },
      'let "initial" lie within "limits"',
    ],
    [
      "an initial value above the maximum",
      { initial: 6, limits: { max: 5 } },
      'let "initial" lie within "limits"',
    ],
    ["an initial value with a fraction", { initial: 0.5 }, "options.initial is 0.5"],
    [
      "limits that contradict each other",
      { limits: { min: 2, max: 1 } },
      'options.limits is {"min":2,"max":1}',
    ],
    ["limits that are null", { limits: null }, "options.limits is null"],
    ["a clock that is no function", { now: 5 }, "options.now is 5"],
    ["an unknown option", { limit: { max: 5 } }, 'options has the unknown key "limit"'],
    ["options that are no object", "max 5", 'options is "max 5"'],
    ["options that are null", null, "options is null"],
  ])("refuses %s", (_what, options, message) => {
    // A caller without types may pass anything.
    const construct = () => new MemoryCounterStore(options as CounterOptions);
    expect(construct).toThrow(message);
    expect(construct).toThrow(/\[invalid-input\]$/);
  });

  test("a default initial value can be outside of the limits, and come back", async () => {
    const store = new MemoryCounterStore({ limits: { min: 5, max: 9 } });
    const { value } = await store.apply({ id: "a", commands: [increment(7)] });
    expect(value).toBe(7);
  });
});
