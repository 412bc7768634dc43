import { applyBatch, increment, type CounterStore } from "@durable-counter/core";
import { expect, test } from "vitest";
import { checkLinearizable } from "./check-counter-history.ts";
import { exploreInterleavings } from "../interleavings/explore-interleavings.ts";
import { recordHistory } from "./record-history.ts";

test("prints what the README shows", async () => {
  const createTable = () => {
    const values = new Map<string, number>();
    return {
      read: async (id: string) => values.get(id) ?? 0,
      write: async (id: string, value: number) => void values.set(id, value),
    };
  };
  const carelessStore = (table: ReturnType<typeof createTable>): CounterStore => ({
    async apply({ id, commands }) {
      const result = applyBatch(await table.read(id), commands);
      await table.write(id, result.value);
      return { ...result, replayed: false };
    },
    get: (id) => table.read(id),
    delete: (id) => table.write(id, 0),
    async *list() {},
  });

  const { schedules, exhaustive, failures } = await exploreInterleavings(async ({ wrap, run }) => {
    const store = recordHistory(carelessStore(wrap(createTable(), "table")));
    const count = () => store.apply({ id: "cart-7", commands: [increment()] });
    await run([count, count]);
    const result = checkLinearizable(store.history);
    if (!result.linearizable) throw new Error(result.message);
  });

  expect({ schedules, exhaustive }).toEqual({ schedules: 252, exhaustive: true });
  expect(failures[0]?.message).toBe(
    `
Schedule "2AB": Not linearizable: no order explains the answers of these 2 operations on "cart-7".

  A  increment 1: 0 → 1  ├────────┤
  B  increment 1: 0 → 1     ├──┤
What happened:
  A begins
  A table.read("cart-7") runs: 0
    B begins
    B table.read("cart-7") runs: 0
    B table.read("cart-7") answers
    B table.write("cart-7", 1) runs
    B table.write("cart-7", 1) answers
  A table.read("cart-7") answers
  A table.write("cart-7", 1) runs
  A table.write("cart-7", 1) answers
Just this again: await exploreInterleavings(program, { schedule: "2AB" })`.trimStart(),
  );
});

test("checks a history of any object", () => {
  const lock = {
    initial: "nobody",
    apply: (owner: string, by: string) => ({
      state: owner === "nobody" ? by : owner,
      output: owner === "nobody",
    }),
  };
  const history = [
    { process: "A", start: 0, end: 2, input: "A", output: true },
    { process: "B", start: 1, end: 3, input: "B", output: true },
  ];
  expect(checkLinearizable(history, lock)).toHaveProperty(
    "message",
    `
Not linearizable: no order explains the answers of these 2 operations.

  A  "A" → true  ├─────┤
  B  "B" → true     ├─────┤`.trimStart(),
  );
});
