import { applyBatch, decrement, get, increment, isCounterError, set } from "@durable-counter/core";
import { seededRandom } from "../../seeded-random.ts";
import { codeOf, type Contract, type ContractStoreOptions } from "./contract.ts";
import { detailsOf } from "./several-counters.ts";
import { FIRST_END, HOUR, HOURS, MINUTE, setUpWindows, START } from "./window-setting.ts";

/** Rules for windows: a request counts in the window in which it was issued, once, whenever its retries arrive. */
export function windowContract({ test, expect, createStore }: Contract): void {
  const setUp = (options?: ContractStoreOptions) => setUpWindows(createStore, options);

  test("every window starts at the initial value, and get reads the current one", async () => {
    const { clock, store, read } = await setUp({ initial: 5 });
    expect((await store.apply({ id: "a", commands: [increment(2)] })).value).toEqual(7);
    expect(await read()).toEqual(7);
    clock.now = FIRST_END - 1;
    expect(await read()).toEqual(7);
    clock.now = FIRST_END;
    expect(await read()).toEqual(5);
    expect((await store.apply({ id: "a", commands: [get(), increment(1)] })).results[0]?.before).toEqual(5);
    expect(await read()).toEqual(6);
    clock.now += 48 * HOUR;
    expect(await read()).toEqual(5);
  });

  test("a result tells when its window ends, and what remains of the maximum", async () => {
    const { store } = await setUp({ limits: { max: 10 } });
    const request = { id: "a", commands: [increment(4)], idempotencyKey: "t" };
    const first = await store.apply(request);
    expect(first).toEqual({
      value: 4,
      results: [{ type: "increment", before: 0, after: 4 }],
      replayed: false,
      resetsAt: FIRST_END,
      remaining: 6,
    });
    expect(await store.apply(request)).toEqual({ ...first, replayed: true });
    const read = await store.apply({ id: "a", commands: [get()] });
    expect([read.resetsAt, read.remaining]).toEqual([FIRST_END, 6]);
    const unlimited = await store.apply({ id: "a", commands: [set(12)], limits: {} });
    expect([unlimited.resetsAt, "remaining" in unlimited]).toEqual([FIRST_END, false]);
    const above = await store.apply({ id: "a", commands: [decrement(1)] });
    expect([above.value, above.remaining]).toEqual([11, 0]);
  });

  test("limits hold for each window by itself, and a refusal tells when it ends", async () => {
    const { clock, store, read } = await setUp({ limits: { max: 3 } });
    const full = { id: "a", commands: [increment(3)] };
    await store.apply(full);
    const refused = store.apply({ id: "a", commands: [increment(1)] });
    const details = await refused.then(
      () => "it succeeded",
      (error: unknown) => isCounterError(error, "limit-exceeded") && error.details["resetsAt"],
    );
    expect(details).toEqual(FIRST_END);
    clock.now = FIRST_END;
    expect((await store.apply(full)).remaining).toEqual(0);
    expect(await read()).toEqual(3);
  });

  test("a request counts in the window in which it was issued, though it arrives after its end", async () => {
    const { clock, store, read } = await setUp();
    await store.apply({ id: "a", commands: [increment(1)] });
    clock.now = FIRST_END + MINUTE;
    const late = await store.apply({
      id: "a",
      commands: [increment(10)],
      idempotencyKey: "late",
      issuedAt: FIRST_END - 1,
    });
    expect([late.value, late.resetsAt, await read()]).toEqual([11, FIRST_END, 0]);
    await store.apply({ id: "a", commands: [increment(100)] });
    clock.now = FIRST_END - 1;
    expect(await read()).toEqual(11);
  });

  for (const [what, times] of [
    ["without the time at which it was issued", {}],
    ["with the time at which it was issued", { issuedAt: START + HOUR - MINUTE }],
  ] as const) {
    test(`a retry ${what} counts in no other window, and gets the first result`, async () => {
      const { clock, store, read } = await setUp({ limits: { max: 100 } });
      await store.apply({ id: "a", commands: [increment(1)] });
      const request = { id: "a", commands: [increment(10), decrement(2)], idempotencyKey: "t", ...times };
      const first = await store.apply(request);
      expect([first.value, first.resetsAt]).toEqual([9, FIRST_END]);
      for (const now of [FIRST_END, FIRST_END + 10 * MINUTE]) {
        clock.now = now;
        expect(await store.apply(request)).toEqual({ ...first, replayed: true });
        expect(await read()).toEqual(0);
      }
      await store.apply({ id: "a", commands: [increment(5)] });
      expect(await store.apply(request)).toEqual({ ...first, replayed: true });
      expect(await read()).toEqual(5);
      clock.now = FIRST_END - 1;
      expect(await read()).toEqual(9);
    });
  }

  test("a retry without its time gets the window in which the request counted, not that of its first attempt", async () => {
    const { clock, store } = await setUp();
    clock.now = FIRST_END + MINUTE;
    const request = { id: "a", commands: [increment(1)], idempotencyKey: "t" };
    const first = await store.apply({ ...request, issuedAt: FIRST_END - 1 });
    expect(first.resetsAt).toEqual(FIRST_END);
    expect(await store.apply(request)).toEqual({ ...first, replayed: true });
  });

  test("of attempts before and after the end of a window, sent at once, one counts", async () => {
    const { clock, store } = await setUp();
    const request = { id: "a", commands: [increment(1)], idempotencyKey: "t" };
    const attempts = Array.from({ length: 8 }, (_, index) => {
      clock.now = FIRST_END + (index % 2 === 0 ? -1 : 0);
      return store.apply(request);
    });
    const results = await Promise.all(attempts);
    expect(results.filter(({ replayed }) => !replayed).length).toEqual(1);
    expect(new Set(results.map(({ resetsAt }) => resetsAt)).size).toEqual(1);
    const values: number[] = [];
    for (const now of [FIRST_END - 1, FIRST_END]) {
      clock.now = now;
      values.push(await store.get("a", { consistent: true }));
    }
    expect(values.toSorted((one, other) => one - other)).toEqual([0, 1]);
  });

  test("a refusal that is final tells the end of its own window, also in later ones", async () => {
    const { clock, store } = await setUp({ limits: { max: 3 } });
    for (const [idempotencyKey, times] of [
      ["t", {}],
      ["u", { issuedAt: START }],
    ] as const) {
      clock.now = FIRST_END - MINUTE / 2;
      const request = { id: "a", commands: [increment(4)], idempotencyKey, ...times, callerId: "c" };
      const first = await detailsOf(store.apply(request));
      expect(first).toEqual({ value: 0, limit: 3, resetsAt: FIRST_END });
      clock.now = FIRST_END + 10 * MINUTE;
      expect(await detailsOf(store.apply(request))).toEqual(first);
    }
  });

  test("a refusal stays final for its caller in later windows", async () => {
    const { clock, store, read } = await setUp({ limits: { max: 3 } });
    const request = { id: "a", commands: [increment(4)], idempotencyKey: "t", callerId: "c" };
    expect(await codeOf(store.apply(request))).toEqual("limit-exceeded");
    clock.now = FIRST_END;
    expect(await codeOf(store.apply({ ...request, limits: {} }))).toEqual("limit-exceeded");
    expect(await read()).toEqual(0);
    expect((await store.apply({ ...request, limits: {}, callerId: "other" })).value).toEqual(4);
    // A window that has a value, too. The request before may have counted in the window of its first attempt.
    await store.apply({ id: "a", commands: [set(4)], limits: {} });
    const full = { id: "a", commands: [increment(1)], idempotencyKey: "u", callerId: "c" };
    for (const limits of [undefined, {}])
      expect(await codeOf(store.apply({ ...full, limits }))).toEqual("limit-exceeded");
    expect(await read()).toEqual(4);
  });

  test("a request of a clock that is ahead counts in the window of its own time", async () => {
    const { clock, store, read } = await setUp();
    const request = {
      id: "a",
      commands: [increment(1)],
      idempotencyKey: "t",
      issuedAt: FIRST_END + MINUTE / 2,
    };
    const early = await store.apply(request);
    expect([early.resetsAt, await read()]).toEqual([FIRST_END + HOUR, 0]);
    clock.now = FIRST_END;
    expect(await read()).toEqual(1);
    expect(await store.apply(request)).toEqual({ ...early, replayed: true });
  });

  test("clamping, setting and replaying hold within the window", async () => {
    const { clock, store, read } = await setUp({ limits: { max: 5, onLimit: "clamp" } });
    const request = { id: "a", commands: [increment(9), decrement(1)], idempotencyKey: "t" };
    const first = await store.apply(request);
    expect([first.value, first.remaining]).toEqual([4, 1]);
    clock.now = FIRST_END;
    expect((await store.apply({ id: "a", commands: [set(2), increment(1)] })).value).toEqual(3);
    expect(await store.apply({ ...request })).toEqual({ ...first, replayed: true });
    expect(await read()).toEqual(3);
  });

  test("an idempotency key with other commands is refused in any window", async () => {
    const { clock, store } = await setUp();
    await store.apply({ id: "a", commands: [increment(1)], idempotencyKey: "t" });
    clock.now = FIRST_END;
    const other = store.apply({ id: "a", commands: [increment(2)], idempotencyKey: "t" });
    expect(await codeOf(other)).toEqual("idempotency-key-reused");
  });

  test("every window is the fold of the batches that were issued in it, in any order of arrival", async () => {
    const { clock, store } = await setUp();
    const random = seededRandom(20_261_127);
    const values = new Map<number, number>();
    for (let round = 0; round < 48; round++) {
      clock.now += random(0, 10) * MINUTE;
      const issuedAt = clock.now - random(0, 50) * MINUTE;
      const commands = [
        increment(random(0, 9)),
        random(0, 4) === 0 ? set(random(0, 9)) : decrement(random(0, 9)),
      ];
      const { startsAt, endsAt } = HOURS.at(issuedAt);
      const expected = applyBatch(values.get(startsAt) ?? 0, commands);
      values.set(startsAt, expected.value);
      const applied = await store.apply({ id: "a", commands, idempotencyKey: `t${round}`, issuedAt });
      expect(applied).toEqual({ ...expected, replayed: false, resetsAt: endsAt });
      const current = values.get(HOURS.at(clock.now).startsAt) ?? 0;
      expect(await store.get("a", { consistent: true })).toEqual(current);
    }
  });
}
