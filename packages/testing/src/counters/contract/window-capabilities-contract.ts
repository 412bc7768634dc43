import { increment, type CounterStore, type HoldRequest } from "@durable-counter/core";
import { codeOf, type Contract, type StoreCapability } from "./contract.ts";
import { applyAll, detailsOf, entry } from "./several-counters.ts";
import { DAYS, FIRST_END, HOUR, HOURS, MINUTE, setUpWindows } from "./window-setting.ts";

/** Rules for the other capabilities of a store with windows. */
export function windowCapabilitiesContract(
  contract: Contract,
  capabilities: readonly StoreCapability[],
): void {
  if (capabilities.includes("getMany")) windowedReadsContract(contract);
  if (capabilities.includes("applyAll")) windowedEntriesContract(contract);
  if (capabilities.includes("holds")) windowedHoldsContract(contract);
}

function windowedReadsContract({ test, expect, createStore }: Contract): void {
  test("reading many counters reads the current window, or that of the call", async () => {
    const { clock, store } = await setUpWindows(createStore, { initial: 5 });
    for (const window of [undefined, DAYS]) await store.apply({ id: "a", commands: [increment(2)], window });
    const read = async (options?: object) => Array.from((await store.getMany?.(["b", "a"], options)) ?? []);
    expect(await read({ consistent: true })).toEqual([
      ["b", 5],
      ["a", 7],
    ]);
    clock.now = FIRST_END;
    await store.apply({ id: "b", commands: [increment(1)] });
    expect(await read({ consistent: true })).toEqual([
      ["b", 6],
      ["a", 5],
    ]);
    expect(await read({ consistent: true, window: DAYS })).toEqual([
      ["b", 5],
      ["a", 7],
    ]);
  });
}

function windowedEntriesContract({ test, expect, createStore }: Contract): void {
  test("several entries count in the window in which they were issued, and a retry counts nowhere", async () => {
    const { clock, store, read } = await setUpWindows(createStore, { limits: { max: 9 } });
    const request = { entries: [entry("a", increment(2)), entry("b", increment(3))], idempotencyKey: "t" };
    const first = await applyAll(store, request);
    expect(first.results.map(({ resetsAt, remaining }) => [resetsAt, remaining])).toEqual([
      [FIRST_END, 7],
      [FIRST_END, 6],
    ]);
    clock.now = FIRST_END + MINUTE;
    expect(await applyAll(store, request)).toEqual({ ...first, replayed: true });
    expect(await read()).toEqual(0);
    const late = await applyAll(store, { ...request, idempotencyKey: "u", issuedAt: FIRST_END - 1 });
    expect(late.results.map(({ value, resetsAt }) => [value, resetsAt])).toEqual([
      [4, FIRST_END],
      [6, FIRST_END],
    ]);
    expect(await read()).toEqual(0);
  });

  test("a refusal of several entries that is final tells the end of its own window, also in later ones", async () => {
    const { clock, store } = await setUpWindows(createStore, { limits: { max: 9 } });
    const entries = [entry("a", increment(2)), entry("b", increment(10))];
    const request = { entries, idempotencyKey: "t", callerId: "c" };
    const first = await detailsOf(applyAll(store, request));
    expect(first).toEqual({ entry: 1, id: "b", value: 0, limit: 9, resetsAt: FIRST_END });
    clock.now = FIRST_END + 10 * MINUTE;
    expect(await detailsOf(applyAll(store, request))).toEqual(first);
  });

  test("a request counts in several windows of one counter, in all or in none", async () => {
    const { clock, store, read } = await setUpWindows(createStore, { limits: { max: 3 } });
    const entries = [entry("a", increment(2)), { ...entry("a", increment(2)), window: DAYS }];
    const values = async () => [await read(), await store.get("a", { consistent: true, window: DAYS })];
    const { results } = await applyAll(store, { entries, idempotencyKey: "t" });
    expect(results.map(({ resetsAt }) => resetsAt)).toEqual([FIRST_END, DAYS.at(clock.now).endsAt]);
    clock.now = FIRST_END;
    expect(await detailsOf(applyAll(store, { entries }))).toEqual({
      entry: 1,
      id: "a",
      value: 2,
      limit: 3,
      resetsAt: DAYS.at(clock.now).endsAt,
    });
    expect(await values()).toEqual([0, 2]);
  });

  test("the same counter twice in one window is refused, and changes nothing", async () => {
    const { store, read } = await setUpWindows(createStore);
    const entries = [entry("a", increment(1)), { ...entry("a", increment(1)), window: HOURS }];
    expect(await codeOf(applyAll(store, { entries }))).toEqual("invalid-input");
    expect(await read()).toEqual(0);
  });
}

function windowedHoldsContract({ test, expect, createStore }: Contract): void {
  const setUp = () => setUpWindows(createStore, { initial: 20, limits: { min: 0 } });
  const place = (store: CounterStore, idempotencyKey: string, more: Partial<HoldRequest> = {}) =>
    store.hold?.({ id: "a", amount: 3, expiresIn: 1_800, idempotencyKey, ...more });
  const ofCurrent = async (store: CounterStore) => [
    await store.get("a", { consistent: true }),
    await store.held?.("a"),
  ];

  test("a refusal of a hold that is final tells the end of its own window, also in later ones", async () => {
    const { clock, store } = await setUp();
    for (const [expiresIn, minutesLeft] of [
      [1, 0.5],
      [600, 0.5],
      [1_800, 0.5],
      [1_800, 20],
    ] as const) {
      clock.now = FIRST_END - minutesLeft * MINUTE;
      const idempotencyKey = `h${expiresIn}-${minutesLeft}`;
      const request = { id: "a", amount: 21, expiresIn, idempotencyKey, callerId: "c" };
      const first = await detailsOf(Promise.resolve(store.hold?.(request)));
      expect(first).toEqual({ value: 20, limit: 0, resetsAt: FIRST_END });
      clock.now = FIRST_END + 10 * MINUTE;
      expect(await detailsOf(Promise.resolve(store.hold?.(request)))).toEqual(first);
    }
  });

  test("a hold takes from the window in which it was issued, and is committed and released there", async () => {
    const { clock, store } = await setUp();
    for (const holdId of ["commit", "part", "release"]) await place(store, holdId);
    expect(await ofCurrent(store)).toEqual([11, 9]);
    clock.now = FIRST_END + MINUTE;
    expect(await ofCurrent(store)).toEqual([20, 0]);
    const told = { replayed: false, resetsAt: FIRST_END };
    expect(await store.commit?.({ id: "a", holdId: "commit" })).toEqual({ value: 11, ...told });
    expect(await store.commit?.({ id: "a", holdId: "part", amount: 1 })).toEqual({ value: 13, ...told });
    expect(await store.release?.({ id: "a", holdId: "release" })).toEqual({ value: 16, ...told });
    expect(await store.release?.({ id: "a", holdId: "release" })).toEqual({
      ...told,
      value: 16,
      replayed: true,
    });
    expect(await ofCurrent(store)).toEqual([20, 0]);
    clock.now = FIRST_END - 1;
    expect(await ofCurrent(store)).toEqual([16, 0]);
  });

  test("what expires comes back to the window of each hold", async () => {
    const { clock, store } = await setUp();
    for (const holdId of ["h1", "h2"]) await place(store, holdId);
    clock.now = FIRST_END + MINUTE;
    await place(store, "h3");
    expect(await ofCurrent(store)).toEqual([17, 3]);
    clock.now = FIRST_END + 40 * MINUTE;
    expect(await ofCurrent(store)).toEqual([20, 0]);
    await store.apply({ id: "a", commands: [increment(1)] });
    clock.now = FIRST_END - 1;
    expect(await ofCurrent(store)).toEqual([20, 0]);
  });

  test("a hold that arrives after its window takes from that window, and a retry takes nothing", async () => {
    const { clock, store } = await setUp();
    clock.now = FIRST_END + MINUTE;
    const late = await place(store, "late", { issuedAt: FIRST_END - 1 });
    expect([late?.value, late?.resetsAt]).toEqual([17, FIRST_END]);
    expect(await place(store, "late", { issuedAt: FIRST_END - 1 })).toEqual({ ...late, replayed: true });
    expect(await ofCurrent(store)).toEqual([20, 0]);
  });

  test("a hold that would outlast the next window is refused, but one that was placed is known", async () => {
    const { clock, store } = await setUp();
    clock.now = FIRST_END;
    const longest = { expiresIn: (2 * HOUR) / 1_000 };
    const first = await place(store, "h", longest);
    clock.now += MINUTE;
    expect(await codeOf(Promise.resolve(place(store, "other", longest)))).toEqual("invalid-input");
    expect(await place(store, "h", longest)).toEqual({ ...first, replayed: true });
    expect(await ofCurrent(store)).toEqual([17, 3]);
  });

  test("holds of a counter with windows and of one without are different holds", async () => {
    const { store } = await setUp();
    await place(store, "h");
    await place(store, "h", { window: DAYS, amount: 5 });
    expect((await store.release?.({ id: "a", holdId: "h", window: DAYS }))?.value).toEqual(20);
    expect(await ofCurrent(store)).toEqual([17, 3]);
  });
}
