// Example 05: stock with reservations, the recipe that is a durable handler. What was sold and what is left must be the stock, and
// an order may only be told "sold out" when the stock was not enough.
import { set } from "@durable-counter/core";
import { checkLinearizable, type HistoryOperation, type StepModel } from "@durable-counter/testing";
import type { ExecutionRecord } from "./execution-record.ts";
import type { Group, Workload } from "./workload.ts";

/** Less than a group orders, so that some orders are refused. */
const STOCK = 24;
const QUANTITIES = 4;

interface Order {
  readonly orderId: string;
  readonly sku: string;
  readonly quantity: number;
}
type Status = "sold" | "cancelled" | "sold out" | "to be refunded";
interface HoldCall {
  readonly type: "hold" | "release" | "commit" | "get";
  readonly quantity: number;
}

/** Example 05 as a workload. Two of three buyers pay. */
export function reservations(seed: number): Workload {
  const counterOf = (group: number) => `sku-${group}`;
  return {
    file: new URL("../05-stock-with-reservations.ts", import.meta.url).pathname,
    counterOf,
    prepare: async (store, group) => {
      await store.apply({ id: counterOf(group), commands: [set(STOCK)], idempotencyKey: `first-${group}` });
    },
    event: (number, group): Order => ({
      orderId: `order-${seed}-${number}`,
      sku: counterOf(group),
      quantity: 1 + ((seed + number) % QUANTITIES),
    }),
    answers: paysFor,
    expectedValue: ({ records }) =>
      records.reduce(
        (left, record) => left - (statusOf(record) === "sold" ? orderOf(record).quantity : 0),
        STOCK,
      ),
    operationsOf: (group) => callsOf(counterOf(group.number), group).length,
    contradictions: (group) => {
      const result = checkLinearizable(callsOf(counterOf(group.number), group), MODEL);
      return [
        ...group.records.flatMap(wrongStatus),
        ...(result.linearizable ? [] : [`No order explains the answers. ${result.message}`]),
      ];
    },
  };
}

function paysFor(number: number): boolean {
  return number % 9 < 6;
}

/** A hold takes the stock at once; a commit changes no value. */
const MODEL: StepModel<number, HoldCall, boolean | number> = {
  initial: STOCK,
  step: (left, { type, quantity }, output) => {
    switch (type) {
      case "get":
        return output === left ? left : undefined;
      case "hold":
        if (output !== left >= quantity) return undefined;
        return output ? left - quantity : left;
      case "release":
        return output === true ? left + quantity : undefined;
      case "commit":
        return output === true ? left : undefined;
    }
  },
  isIdle: ({ type }, output) => type === "get" || type === "commit" || output === false,
};

/** Each hold, release and commit within the time of its step, and the reads of the soak. */
function callsOf(
  key: string,
  { records, reads }: Group,
): readonly HistoryOperation<HoldCall, boolean | number>[] {
  const read = reads.map(({ start, end, value }) => {
    return { key, process: "soak", start, end, input: { type: "get", quantity: 0 } as const, output: value };
  });
  const calls = records.flatMap((record) =>
    record.steps.flatMap(({ name, result, start, end }) => {
      if (name !== "hold" && name !== "release" && name !== "commit") return [];
      const input = { type: name, quantity: orderOf(record).quantity } as const;
      return { key, process: record.name, start, end, input, output: result === "true" };
    }),
  );
  return [...read, ...calls];
}

/** A buyer who pays gets the goods, one who does not pay loses the hold, and only those without a hold are told "sold out". */
function wrongStatus(record: ExecutionRecord): readonly string[] {
  const status = statusOf(record);
  const number = Number(orderOf(record).orderId.split("-").at(-1));
  const expected = paysFor(number) ? "sold" : "cancelled";
  if (status === "sold out" || status === expected) return [];
  return [`${record.name} ended "${status}"; it must be "${expected}" or "sold out".`];
}

function orderOf({ event }: ExecutionRecord): Order {
  return event as Order; // as it was sent
}

function statusOf({ payload }: ExecutionRecord): Status {
  return (JSON.parse(payload) as { status: Status }).status; // of the handler
}
