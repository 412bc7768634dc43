import { decrement, increment, isCounterError, type CounterOptions } from "@durable-counter/core";
import { codeOf, type Contract } from "./contract.ts";
import { balanceOf, storeWithHolds } from "./hold-placing-contract.ts";

const MAX = Number.MAX_SAFE_INTEGER;

/** Rules for committing and releasing a hold. */
export function holdEndContract({ test, expect, createStore }: Contract): void {
  const create = async (options: CounterOptions, amount: number) => {
    const store = await storeWithHolds(createStore, options);
    const { holdId } = await store.hold({ id: "a", amount, expiresIn: 600, idempotencyKey: "h" });
    return { store, hold: { id: "a", holdId } };
  };

  test("a committed hold stays taken", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    expect(await store.commit(hold)).toEqual({ value: 6, replayed: false });
    expect(await balanceOf(store)).toEqual({ value: 6, held: 0 });
  });

  test("a partial commit gives the rest back, whatever the limits are", async () => {
    const { store, hold } = await create({ initial: 8, limits: { min: 0, max: 8 } }, 4);
    await store.apply({ id: "a", commands: [increment(4)] });
    expect(await store.commit({ ...hold, amount: 1 })).toEqual({ value: 11, replayed: false });
    expect(await balanceOf(store)).toEqual({ value: 11, held: 0 });
    await store.hold({ id: "a", amount: 5, expiresIn: 600, idempotencyKey: "other" });
    const nothing = { id: "a", holdId: "other", amount: 0 };
    expect(await store.commit(nothing)).toEqual({ value: 11, replayed: false });
  });

  test("a release gives all of it back, whatever the limits are", async () => {
    const { store, hold } = await create({ initial: 10, limits: { min: 0, max: 10 } }, 4);
    await store.apply({ id: "a", commands: [increment(4)] });
    expect(await store.release(hold)).toEqual({ value: 14, replayed: false });
    expect(await balanceOf(store)).toEqual({ value: 14, held: 0 });
  });

  test("a hold that is committed again with its amount changes nothing", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    await store.commit({ ...hold, amount: 4 });
    await store.apply({ id: "a", commands: [decrement(1)] });
    expect(await store.commit(hold)).toEqual({ value: 5, replayed: true });
    expect(await store.commit({ ...hold, amount: 4 })).toEqual({ value: 5, replayed: true });
    await store.hold({ id: "a", amount: 5, expiresIn: 600, idempotencyKey: "other" });
    const partial = { id: "a", holdId: "other", amount: 2 };
    expect(await store.commit(partial)).toEqual({ value: 3, replayed: false });
    expect(await store.commit(partial)).toEqual({ value: 3, replayed: true });
  });

  test("a hold that is committed again with another amount is refused", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    await store.commit({ ...hold, amount: 3 });
    for (const again of [hold, { ...hold, amount: 2 }]) {
      const refused = codeOf(store.commit(again), '"h"', "committed before, with the amount 3");
      expect(await refused).toEqual("invalid-input");
    }
    expect(await balanceOf(store)).toEqual({ value: 7, held: 0 });
  });

  test("a hold that was released cannot be committed, and releasing it again changes nothing", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    await store.release(hold);
    for (const commit of [hold, { ...hold, amount: 0 }]) {
      expect(await codeOf(store.commit(commit), '"h"', "released before")).toEqual("invalid-input");
    }
    expect(await store.release(hold)).toEqual({ value: 10, replayed: true });
    expect(await balanceOf(store)).toEqual({ value: 10, held: 0 });
  });

  test("a hold that was committed cannot be released", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    await store.commit({ ...hold, amount: 3 });
    expect(await codeOf(store.release(hold), '"h"', "committed before")).toEqual("invalid-input");
    expect(await balanceOf(store)).toEqual({ value: 7, held: 0 });
  });

  test("no more than the held amount can be committed, and the hold stays open", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    expect(await codeOf(store.commit({ ...hold, amount: 5 }))).toEqual("invalid-input");
    expect(await balanceOf(store)).toEqual({ value: 6, held: 4 });
    expect((await store.commit(hold)).replayed).toEqual(false);
  });

  test("a hold that was never placed cannot be committed or released", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    await store.apply({ id: "a", commands: [decrement(1)], idempotencyKey: "batch" });
    for (const other of [
      { id: "b", holdId: hold.holdId },
      { id: "a", holdId: "never" },
      { id: "a", holdId: "batch" },
    ]) {
      for (const attempt of [() => store.commit(other), () => store.release(other)]) {
        expect(await codeOf(attempt(), JSON.stringify(other.holdId))).toEqual("invalid-input");
      }
    }
    expect(await balanceOf(store)).toEqual({ value: 5, held: 4 });
    expect(await balanceOf(store, "b")).toEqual({ value: 10, held: 0 });
  });

  test("the error of a hold that cannot be ended says for programs how it ended", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    await store.release(hold);
    const error: unknown = await store.commit(hold).catch((reason: unknown) => reason);
    expect(isCounterError(error) ? error.details : undefined).toEqual({ holdId: "h", hold: "released" });
  });

  test("what comes back never passes 2^53 − 1, and the hold stays open", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    await store.apply({ id: "a", commands: [increment(MAX - 8)] });
    expect(await codeOf(store.release(hold))).toEqual("limit-exceeded");
    expect(await codeOf(store.commit({ ...hold, amount: 1 }))).toEqual("limit-exceeded");
    expect(await balanceOf(store)).toEqual({ value: MAX - 2, held: 4 });
    expect(await store.commit({ ...hold, amount: 2 })).toEqual({ value: MAX, replayed: false });
  });

  test("of concurrent commits and releases of one hold, one ends it and the others learn how", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    const commit = () => store.commit(hold);
    const release = () => store.release(hold);
    const outcomes = await Promise.all(
      [commit, release, commit, release].map((end) =>
        end().then(
          ({ replayed }) => (replayed ? "replayed" : "ended"),
          (error: unknown) => (isCounterError(error) ? error.code : "other"),
        ),
      ),
    );
    expect(outcomes.toSorted()).toEqual(["ended", "invalid-input", "invalid-input", "replayed"]);
    const { value, held } = await balanceOf(store);
    expect([value === 6 || value === 10, held]).toEqual([true, 0]);
  });

  test("what is free, held and committed adds up to the same sum, whatever happens to the holds", async () => {
    const store = await storeWithHolds(createStore, { initial: 100, limits: { min: 0 } });
    let committed = 0;
    for (let n = 0; n < 18; n++) {
      const { holdId } = await store.hold({
        id: "a",
        amount: n + 1,
        expiresIn: 600,
        idempotencyKey: `h${n}`,
      });
      const part = Math.floor(n / 2);
      if (n % 3 === 0) {
        await store.commit({ id: "a", holdId, amount: part });
        committed += part;
      }
      if (n % 3 === 1) await store.release({ id: "a", holdId });
      const { value, held } = await balanceOf(store);
      expect(value + held + committed).toEqual(100);
    }
  });

  test("a commit of a negative amount is refused", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    expect(await codeOf(store.commit({ ...hold, amount: -1 }))).toEqual("invalid-input");
    expect(await balanceOf(store)).toEqual({ value: 6, held: 4 });
  });

  test("a commit or a release with an unknown field is refused", async () => {
    const { store, hold } = await create({ initial: 10 }, 4);
    const unknown = { ...hold, reason: "none" };
    expect(await codeOf(store.commit(unknown))).toEqual("invalid-input");
    expect(await codeOf(store.release(unknown))).toEqual("invalid-input");
    expect(await balanceOf(store)).toEqual({ value: 6, held: 4 });
  });
}
