import { decrement, type CounterOptions } from "@durable-counter/core";
import { codeOf, entriesOf, type Contract, type ContractOptions } from "./contract.ts";
import { balanceOf, storeWithHolds } from "./hold-placing-contract.ts";

/** Longer than the holds of these rules last, which is 1 s. */
const OVER_MS = 1_100;

/** Rules for the end of a hold's time. */
export function holdExpiryContract(
  { test, expect, createStore }: Contract,
  advanceTime: NonNullable<ContractOptions["advanceTime"]>,
): void {
  const create = async (options: CounterOptions, ...amounts: readonly number[]) => {
    const store = await storeWithHolds(createStore, options);
    for (const [n, amount] of amounts.entries())
      await store.hold({ id: "a", amount, expiresIn: 1, idempotencyKey: `h${n}` });
    return store;
  };
  const hold = { id: "a", holdId: "h0" };

  test("an expired hold gives its amount back to the next read", async () => {
    const store = await create({ initial: 10 }, 4, 1);
    expect(await balanceOf(store)).toEqual({ value: 5, held: 5 });
    await advanceTime(OVER_MS);
    expect(await store.get("a")).toEqual(10);
    expect(await store.held("a")).toEqual(0);
    expect(await entriesOf(store)).toEqual([["a", 10]]);
    expect(await balanceOf(store)).toEqual({ value: 10, held: 0 });
  });

  test("an expired hold gives its amount back to the next batch", async () => {
    const store = await create({ initial: 10, limits: { min: 0 } }, 4);
    await advanceTime(OVER_MS);
    const { results } = await store.apply({ id: "a", commands: [decrement(10)] });
    expect(results).toEqual([{ type: "decrement", before: 10, after: 0 }]);
  });

  test("an expired hold gives its amount back to the next hold, and to the next commit and release", async () => {
    const store = await create({ initial: 10, limits: { min: 0 } }, 4);
    await advanceTime(OVER_MS);
    const place = (amount: number, expiresIn: number, idempotencyKey: string) =>
      store.hold({ id: "a", amount, expiresIn, idempotencyKey });
    expect((await place(10, 600, "all")).value).toEqual(0);
    await store.release({ id: "a", holdId: "all" });
    await place(1, 600, "long");
    await place(2, 1, "short");
    await advanceTime(OVER_MS);
    expect(await store.commit({ id: "a", holdId: "long" })).toEqual({ value: 9, replayed: false });
    await place(3, 600, "longer");
    await place(2, 1, "shorter");
    await advanceTime(OVER_MS);
    expect(await store.release({ id: "a", holdId: "longer" })).toEqual({ value: 9, replayed: false });
  });

  test("an expired hold comes back though a limit forbids it, and only once", async () => {
    const store = await create({ initial: 10, limits: { max: 10 } }, 4);
    await store.apply({ id: "a", commands: [{ type: "increment", amount: 4 }] });
    await advanceTime(OVER_MS);
    expect(await balanceOf(store)).toEqual({ value: 14, held: 0 });
    await store.apply({ id: "a", commands: [decrement(1)] });
    await advanceTime(OVER_MS);
    expect(await balanceOf(store)).toEqual({ value: 13, held: 0 });
  });

  test("an expired hold cannot be committed, and a release has nothing left to do", async () => {
    const store = await create({ initial: 10 }, 4);
    await advanceTime(OVER_MS);
    expect(await codeOf(store.commit(hold), '"h0"', "has expired")).toEqual("invalid-input");
    expect(await store.release(hold)).toEqual({ value: 10, replayed: true });
    expect(await codeOf(store.commit({ ...hold, amount: 0 }))).toEqual("invalid-input");
    expect(await balanceOf(store)).toEqual({ value: 10, held: 0 });
  });

  test("a hold that ended in time does not expire", async () => {
    const store = await create({ initial: 10 }, 4, 3, 1);
    await store.commit(hold);
    await store.release({ id: "a", holdId: "h1" });
    await advanceTime(OVER_MS);
    expect(await balanceOf(store)).toEqual({ value: 6, held: 0 });
    expect(await store.commit(hold)).toEqual({ value: 6, replayed: true });
    expect(await store.release({ id: "a", holdId: "h1" })).toEqual({ value: 6, replayed: true });
  });

  test("each hold expires at its own time, in whatever order they were placed", async () => {
    const store = await create({ initial: 100 });
    for (const [amount, expiresIn] of [
      [1, 600],
      [2, 1],
      [4, 601],
      [8, 1],
    ] as const)
      await store.hold({ id: "a", amount, expiresIn, idempotencyKey: `of ${amount}` });
    await advanceTime(OVER_MS);
    expect(await balanceOf(store)).toEqual({ value: 95, held: 5 });
    expect(await store.commit({ id: "a", holdId: "of 1" })).toEqual({ value: 95, replayed: false });
    expect(await store.release({ id: "a", holdId: "of 4" })).toEqual({ value: 99, replayed: false });
  });

  test("a hold that is sent again after it expired gets its first result, and takes nothing", async () => {
    const store = await storeWithHolds(createStore, { initial: 10 });
    const request = { id: "a", amount: 4, expiresIn: 1, idempotencyKey: "h" };
    const first = await store.hold(request);
    await advanceTime(OVER_MS);
    expect(await store.hold(request)).toEqual({ ...first, replayed: true });
    expect(await balanceOf(store)).toEqual({ value: 10, held: 0 });
  });
}
