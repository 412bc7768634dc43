import {
  applyBatch,
  decrement,
  get,
  increment,
  set,
  type BatchResult,
  type Command,
  type CounterStore,
  type Limits,
} from "@durable-counter/core";
import { codeOf, type Contract } from "./contract.ts";
import { seededRandom } from "../../seeded-random.ts";

/** Rules for batches: commands take effect in order, all of them or none. */
export function batchContract({ test, expect, createStore }: Contract): void {
  test("a counter starts at 0 and increments by 1 by default", async () => {
    const store = await createStore();
    expect(await store.apply({ id: "a", commands: [increment()] })).toEqual({
      value: 1,
      results: [{ type: "increment", before: 0, after: 1 }],
      replayed: false,
    });
  });

  test("commands run in order, and each result has the value before and after", async () => {
    const store = await createStore();
    const commands = [increment(5), decrement(7), get(), increment(0), increment(3)];
    expect(await store.apply({ id: "a", commands })).toEqual({
      value: 1,
      results: [
        { type: "increment", before: 0, after: 5 },
        { type: "decrement", before: 5, after: -2 },
        { type: "get", before: -2, after: -2 },
        { type: "increment", before: -2, after: -2 },
        { type: "increment", before: -2, after: 1 },
      ],
      replayed: false,
    });
  });

  test("a batch continues from the value of the previous one", async () => {
    const store = await createStore();
    await store.apply({ id: "a", commands: [increment(10)] });
    await store.apply({ id: "b", commands: [increment(100)] });
    const { results } = await store.apply({ id: "a", commands: [decrement(3)] });
    expect(results).toEqual([{ type: "decrement", before: 10, after: 7 }]);
  });

  test("no command of a batch counts if its last command is refused", async () => {
    const store = await createStore({ limits: { max: 10 } });
    await store.apply({ id: "a", commands: [increment(5)] });
    const refused = store.apply({ id: "a", commands: [increment(2), increment(1), increment(9)] });
    expect(await codeOf(refused)).toEqual("limit-exceeded");
    expect(await store.get("a", { consistent: true })).toEqual(5);
  });

  test("a batch of 1,000 commands is applied whole", async () => {
    const store = await createStore();
    const commands = Array.from({ length: 1_000 }, (_, index) =>
      index % 3 === 0 ? decrement(index) : increment(index),
    );
    expect(await store.apply({ id: "a", commands })).toEqual({ ...applyBatch(0, commands), replayed: false });
  });

  test("a batch equals the fold of its commands, for any commands, limits and value", async () => {
    const store = await createStore();
    const random = seededRandom(20_240_229);
    for (let round = 0; round < 64; round++) {
      const id = `counter-${round % 4}`;
      const before = await store.get(id, { consistent: true });
      const commands = Array.from({ length: random(1, 6) }, () => randomCommand(random));
      const limits = randomLimits(random);
      expect({ round, before, commands, limits, ...(await attempt(store, id, commands, limits)) }).toEqual({
        round,
        before,
        commands,
        limits,
        ...fold(before, commands, limits),
      });
    }
  });
}

type Random = ReturnType<typeof seededRandom>;

/** A random command. */
export function randomCommand(random: Random): Command {
  const amount = random(0, 12);
  return [get(), increment(amount), decrement(amount), set(amount - 6)][random(0, 3)] ?? get();
}

/** Different limits in each round, so that the value is often outside of them. */
export function randomLimits(random: Random): Limits {
  const min = random(-15, 5);
  const bounds = [{}, { min }, { max: min + 10 }, { min, max: min + random(0, 20) }][random(0, 3)];
  return { ...bounds, onLimit: random(0, 1) === 0 ? "reject" : "clamp" };
}

type Outcome = { readonly value: number; readonly results?: BatchResult["results"]; readonly code?: string };

/** Applies a batch. Returns the answer of the store, and the value afterwards. */
async function attempt(
  store: CounterStore,
  id: string,
  commands: readonly Command[],
  limits: Limits,
): Promise<Outcome> {
  const applied = store.apply({ id, commands, limits });
  const answer = await applied.then(
    ({ results }) => ({ results }),
    async () => ({ code: await codeOf(applied) }),
  );
  return { ...answer, value: await store.get(id, { consistent: true }) };
}

function fold(before: number, commands: readonly Command[], limits: Limits): Outcome {
  try {
    return applyBatch(before, commands, limits);
  } catch {
    return { code: "limit-exceeded", value: before };
  }
}
