import { decrement, increment, type CounterOptions, type StoreWithHolds } from "@durable-counter/core";
import { hasMethods } from "./capability-contract.ts";
import { codeOf, type Contract } from "./contract.ts";

/** @throws TypeError for a store that lacks one of the methods */
export async function storeWithHolds(
  createStore: Contract["createStore"],
  options?: CounterOptions,
): Promise<StoreWithHolds> {
  const store = await createStore(options);
  if (hasMethods(store, "holds")) return store as StoreWithHolds; // it was just checked
  throw new TypeError('The store lacks "hold", "commit", "release" or "held"; do not declare "holds".');
}

/** The value that a consistent read gives, and what is held. */
export async function balanceOf(store: StoreWithHolds, id = "a") {
  return { value: await store.get(id, { consistent: true }), held: await store.held(id) };
}

const EXPIRES_IN = 600;

/** Rules for placing a hold. */
export function holdContract({ test, expect, createStore }: Contract): void {
  const create = (options?: CounterOptions) => storeWithHolds(createStore, options);

  test("a hold takes its amount from the value at once", async () => {
    const store = await create({ initial: 10, limits: { min: 0 } });
    const hold = await store.hold({ id: "a", amount: 3, expiresIn: EXPIRES_IN, idempotencyKey: "h" });
    const { expiresAt, ...rest } = hold;
    expect(rest).toEqual({ holdId: "h", value: 7, replayed: false });
    expect(Number.isSafeInteger(expiresAt)).toEqual(true);
    expect(await balanceOf(store)).toEqual({ value: 7, held: 3 });
  });

  test("the holds of a counter add up, and other counters have none of them", async () => {
    const store = await create({ initial: 10 });
    for (const idempotencyKey of ["one", "two", "three"])
      await store.hold({ id: "a", amount: 2, expiresIn: EXPIRES_IN, idempotencyKey });
    await store.apply({ id: "a", commands: [decrement(1)] });
    expect(await balanceOf(store)).toEqual({ value: 3, held: 6 });
    expect(await balanceOf(store, "b")).toEqual({ value: 10, held: 0 });
  });

  test("a hold that would pass the minimum is refused, and takes nothing", async () => {
    const store = await create({ initial: 5, limits: { min: 0 } });
    const place = (amount: number) => store.hold({ id: "a", amount, expiresIn: EXPIRES_IN });
    expect(await codeOf(place(6))).toEqual("limit-exceeded");
    await place(4);
    expect(await codeOf(place(2))).toEqual("limit-exceeded");
    expect(await balanceOf(store)).toEqual({ value: 1, held: 4 });
  });

  test("a hold that would be clamped is refused", async () => {
    const store = await create({ initial: 5, limits: { min: 0, onLimit: "clamp" } });
    const place = (amount: number) => store.hold({ id: "a", amount, expiresIn: EXPIRES_IN });
    expect(await codeOf(place(6))).toEqual("limit-exceeded");
    expect((await place(5)).value).toEqual(0);
    expect(await balanceOf(store)).toEqual({ value: 0, held: 5 });
  });

  test("the limits and the initial value of a hold replace those of the store", async () => {
    const store = await create({ initial: 1, limits: { min: 0 } });
    const own = { initial: 20, limits: { min: 15 } };
    const { value } = await store.hold({ id: "a", amount: 5, expiresIn: EXPIRES_IN, ...own });
    expect(value).toEqual(15);
    expect(await codeOf(store.hold({ id: "a", amount: 1, expiresIn: EXPIRES_IN, ...own }))).toEqual(
      "limit-exceeded",
    );
  });

  test("a hold that is sent again gets the first result, and takes nothing", async () => {
    const store = await create({ initial: 10, limits: { min: 0 } });
    const request = { id: "a", amount: 6, expiresIn: EXPIRES_IN, idempotencyKey: "h" };
    const first = await store.hold(request);
    await store.apply({ id: "a", commands: [increment(1)] });
    expect(await store.hold(request)).toEqual({ ...first, replayed: true });
    await store.commit({ id: "a", holdId: "h", amount: 1 });
    expect(await store.hold(request)).toEqual({ ...first, replayed: true });
    expect(await balanceOf(store)).toEqual({ value: 10, held: 0 });
  });

  test("the key of a hold cannot be used for another amount, another time or a batch, nor that of a batch for a hold", async () => {
    const store = await create({ initial: 10 });
    const request = { id: "a", amount: 3, expiresIn: EXPIRES_IN, idempotencyKey: "h" };
    await store.hold(request);
    await store.apply({ id: "a", commands: [decrement(3)], idempotencyKey: "batch" });
    expect(await codeOf(store.hold({ ...request, amount: 2 }))).toEqual("idempotency-key-reused");
    expect(await codeOf(store.hold({ ...request, expiresIn: 1 }))).toEqual("idempotency-key-reused");
    expect(await codeOf(store.hold({ ...request, idempotencyKey: "batch" }))).toEqual(
      "idempotency-key-reused",
    );
    expect(await codeOf(store.apply({ id: "a", commands: [decrement(3)], idempotencyKey: "h" }))).toEqual(
      "idempotency-key-reused",
    );
    expect(await balanceOf(store)).toEqual({ value: 4, held: 3 });
  });

  test("a hold without a key gets an id of its own", async () => {
    const store = await create({ initial: 10 });
    const one = await store.hold({ id: "a", amount: 1, expiresIn: EXPIRES_IN });
    const two = await store.hold({ id: "a", amount: 2, expiresIn: EXPIRES_IN });
    expect(one.holdId === two.holdId).toEqual(false);
    expect((await store.release({ id: "a", holdId: two.holdId })).value).toEqual(9);
    expect((await store.commit({ id: "a", holdId: one.holdId })).value).toEqual(9);
  });

  test("a refused hold is final for its caller, whatever the value is later", async () => {
    const store = await create({ limits: { min: 0 } });
    const request = { id: "a", amount: 3, expiresIn: EXPIRES_IN, idempotencyKey: "h", callerId: "c" };
    expect(await codeOf(store.hold(request))).toEqual("limit-exceeded");
    await store.apply({ id: "a", commands: [increment(9)] });
    expect(await codeOf(store.hold(request))).toEqual("limit-exceeded");
    expect(await balanceOf(store)).toEqual({ value: 9, held: 0 });
  });

  test("concurrent holds never pass the minimum, and as many succeed as it allows", async () => {
    const store = await create({ initial: 10, limits: { min: 0 } });
    const codes = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        codeOf(store.hold({ id: "a", amount: 2, expiresIn: EXPIRES_IN, idempotencyKey: `h${n}` })),
      ),
    );
    expect(codes.filter((code) => code === "limit-exceeded").length).toEqual(7);
    expect(await balanceOf(store)).toEqual({ value: 0, held: 10 });
  });

  test("the holds of a deleted counter are forgotten", async () => {
    const store = await create({ initial: 10 });
    await store.hold({ id: "a", amount: 3, expiresIn: EXPIRES_IN, idempotencyKey: "h" });
    await store.delete("a");
    expect(await balanceOf(store)).toEqual({ value: 10, held: 0 });
    expect(await codeOf(store.release({ id: "a", holdId: "h" }))).toEqual("invalid-input");
  });

  for (const [what, part] of INVALID) {
    test(`a hold with ${what} is refused`, async () => {
      const store = await create({ initial: 10 });
      const request = { id: "a", amount: 1, expiresIn: EXPIRES_IN, ...part };
      expect(await codeOf(store.hold(request))).toEqual("invalid-input");
      expect(await balanceOf(store)).toEqual({ value: 10, held: 0 });
    });
  }
}

const INVALID = [
  ["the amount 0", { amount: 0 }],
  ["the amount 1.5", { amount: 1.5 }],
  ["the amount 2^53", { amount: 2 ** 53 }],
  ["no time", { expiresIn: 0 }],
  ["more than a year", { expiresIn: 31_536_001 }],
  ["an empty key", { idempotencyKey: "" }],
  ["an age but no key", { issuedAt: 0 }],
  ["an unknown field", { expiresAt: 0 }],
] as const;
