// Example 01: a counter in the execution. Each execution must return exactly the values that follow from its commands.
import { applyCommand } from "@durable-counter/core";
import { randomCommands } from "./random-commands.ts";
import type { Workload } from "./workload.ts";

/** Example 01 as a workload. */
export function ownCounter(seed: number): Workload {
  const eventOf = (number: number) => ({ counterId: "own", commands: randomCommands(seed + number) });
  return {
    file: new URL("../01-durable-counter.ts", import.meta.url).pathname,
    counterOf: () => undefined,
    prepare: async () => undefined,
    event: eventOf,
    expectedValue: () => undefined,
    operationsOf: ({ records }) => records.reduce((sum, { steps }) => sum + steps.length, 0),
    contradictions: ({ records }) =>
      records.flatMap(({ name, event, payload }) => {
        const { commands } = event as ReturnType<typeof eventOf>; // as it was sent
        const values: number[] = [];
        for (const command of commands)
          values.push(applyCommand(values.at(-1) ?? 0, command, { min: 0 }).after);
        const expected = JSON.stringify({ value: values.at(-1), values });
        return payload === expected ? [] : [`${name} returned ${payload}; it must return ${expected}.`];
      }),
  };
}
