import { applyBatch, get, increment, type CounterWindow } from "@durable-counter/core";
import { codeOf, entriesOf, type Contract, type ContractStoreOptions } from "./contract.ts";
import { DAYS, FIRST_END, HOUR, HOURS, setUpWindows } from "./window-setting.ts";

/** Rules for counters with windows as a whole: which counter is which, and how they are read, listed and deleted. */
export function windowedCounterContract({ test, expect, createStore }: Contract): void {
  const setUp = (options?: ContractStoreOptions) => setUpWindows(createStore, options);

  test("counters with different windows, or with none, are different counters, even under one key", async () => {
    const { clock, store } = await setUp({ window: undefined });
    const request = { id: "a", idempotencyKey: "t" };
    const plain = await store.apply({ ...request, commands: [increment(1)] });
    expect(plain).toEqual({ ...applyBatch(0, [increment(1)]), replayed: false });
    const hour = await store.apply({ ...request, commands: [increment(2)], window: HOURS });
    expect([hour.value, hour.replayed, hour.resetsAt]).toEqual([2, false, FIRST_END]);
    const day = await store.apply({ ...request, commands: [increment(3)], window: DAYS });
    expect([day.value, day.replayed, day.resetsAt]).toEqual([3, false, DAYS.at(clock.now).endsAt]);
    const values = () =>
      Promise.all([undefined, HOURS, DAYS].map((window) => store.get("a", { consistent: true, window })));
    expect(await values()).toEqual([1, 2, 3]);
    expect(await entriesOf(store)).toEqual([["a", 1]]);
    clock.now = FIRST_END;
    expect(await values()).toEqual([1, 0, 3]);
    await store.delete("a");
    expect(await values()).toEqual([0, 0, 3]);
    expect((await store.apply({ ...request, commands: [increment(2)], window: HOURS })).replayed).toEqual(
      true,
    );
  });

  test("the list has the counters of the current window, with their values in it", async () => {
    const { clock, store } = await setUp();
    await store.apply({ id: "a", commands: [increment(1)] });
    await store.apply({ id: "b", commands: [increment(2)] });
    await store.apply({ id: "c", commands: [increment(3)], window: DAYS });
    expect(await entriesOf(store)).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    clock.now = FIRST_END;
    await store.apply({ id: "b", commands: [increment(5)] });
    expect(await entriesOf(store)).toEqual([["b", 5]]);
  });

  test("a deletion forgets every window and every key, of this counter alone", async () => {
    const { clock, store, read } = await setUp();
    const request = { id: "a", commands: [increment(1)], idempotencyKey: "t" };
    await store.apply(request);
    await store.apply({ ...request, window: DAYS });
    clock.now = FIRST_END;
    await store.apply({ id: "a", commands: [increment(2)], idempotencyKey: "u" });
    await store.delete("a");
    expect([await read(), await store.get("a", { consistent: true, window: DAYS })]).toEqual([0, 1]);
    const again = await store.apply(request);
    expect([again.value, again.replayed, again.resetsAt]).toEqual([1, false, FIRST_END + HOUR]);
    clock.now = FIRST_END - 1;
    expect(await read()).toEqual(0);
    await store.delete("a", { window: DAYS });
    expect(await store.get("a", { consistent: true, window: DAYS })).toEqual(0);
  });

  test("a batch that only reads reads the current window, and creates nothing", async () => {
    const { clock, store } = await setUp({ initial: 7 });
    const { value, resetsAt } = await store.apply({ id: "a", commands: [get()] });
    expect([value, resetsAt]).toEqual([7, FIRST_END]);
    expect(await entriesOf(store)).toEqual([]);
    clock.now = FIRST_END;
    expect((await store.apply({ id: "a", commands: [get()] })).resetsAt).toEqual(FIRST_END + HOUR);
  });

  test("what is no window is refused with its path and value, and nothing is written", async () => {
    const { store } = await setUp();
    // A caller who does not use types may send anything.
    const wrong: readonly unknown[] = [{ per: "day" }, { name: "", at: HOURS.at }, "day"];
    for (const each of wrong) {
      const window = each as CounterWindow;
      const refused = store.apply({ id: "a", commands: [increment(1)], window });
      const value = JSON.stringify(window).slice(0, 9);
      expect(await codeOf(refused, "request.window is", value)).toEqual("invalid-input");
    }
    expect(await entriesOf(store)).toEqual([]);
  });
}
