// Example 03: a counter in DynamoDB that all executions of a group share. It must end at the value that follows from what the
// executions returned, and one order of all commands must explain every returned value.
import { set, type BatchResult, type Command } from "@durable-counter/core";
import { checkLinearizable, type CounterOperation } from "@durable-counter/testing";
import type { ExecutionRecord } from "./execution-record.ts";
import type { Plant } from "./options.ts";
import { randomCommands } from "./random-commands.ts";
import type { Group, Workload } from "./workload.ts";

/** High enough that no decrement is refused: every execution must succeed. */
const FIRST_VALUE = 1_000_000;

interface Event {
  readonly counterId: string;
  readonly commands: readonly Command[];
}

/** Example 03 as a workload, or a faulty handler in its place. */
export function sharedCounter(seed: number, plant: Plant | undefined): Workload {
  const file = plant === undefined ? "../03-durable-on-dynamodb.ts" : `${plant}.fixture.ts`;
  const counterOf = (group: number) => `cart-${group}`;
  return {
    file: new URL(file, import.meta.url).pathname,
    counterOf,
    prepare: async (store, group) => {
      await store.apply({
        id: counterOf(group),
        commands: [set(FIRST_VALUE)],
        idempotencyKey: `first-${group}`,
      });
    },
    event: (number, group): Event => ({
      counterId: counterOf(group),
      commands: randomCommands(seed + number),
    }),
    expectedValue: ({ records }) => records.reduce((value, record) => value + toldBy(record), FIRST_VALUE),
    operationsOf: (group) => operationsOf(counterOf(group.number), group).length,
    contradictions: (group) => {
      const history = operationsOf(counterOf(group.number), group);
      const result = checkLinearizable(history);
      return [
        ...group.records.flatMap(wrongSum),
        ...(result.linearizable ? [] : [`No order explains the answers. ${result.message}`]),
      ];
    },
  };
}

/** By how much an execution says that it moved the counter. */
function toldBy({ payload }: ExecutionRecord): number {
  return resultsOf(payload).reduce((sum, { before, after }) => sum + after - before, 0);
}

/** An execution must have moved the counter by its commands, each of them once. */
function wrongSum(record: ExecutionRecord): readonly string[] {
  const { commands } = record.event as Event; // as it was sent
  const asked = commands.reduce((sum, command) => {
    if (command.type === "get" || command.type === "set") return sum; // no event sets a value
    return command.type === "increment" ? sum + command.amount : sum - command.amount;
  }, 0);
  const told = toldBy(record);
  return told === asked ? [] : [`${record.name} says that it counted ${told}; its commands are ${asked}.`];
}

/** Each command within the time of its step, and the reads of the soak. */
function operationsOf(key: string, { records, reads }: Group): readonly CounterOperation[] {
  const first: CounterOperation = { key, process: "soak", start: 0, end: 0, input: set(FIRST_VALUE) };
  const read = reads.map(({ start, end, value }): CounterOperation => {
    return { key, process: "soak", start, end, input: { type: "get" }, output: value };
  });
  return [first, ...records.flatMap((record) => commandsOf(key, record)), ...read];
}

function commandsOf(
  key: string,
  { name, event, payload, steps }: ExecutionRecord,
): readonly CounterOperation[] {
  const { commands } = event as Event; // as it was sent
  const results = resultsOf(payload);
  return commands.flatMap((input, index) => {
    const [result, step] = [results[index], steps[index]];
    if (result === undefined || step === undefined) return [];
    const output = { value: result.after, results: [result] };
    return { key, process: name, start: step.start, end: step.end, input, output };
  });
}

function resultsOf(payload: string): BatchResult["results"] {
  return (JSON.parse(payload) as BatchResult).results; // of the handler
}
