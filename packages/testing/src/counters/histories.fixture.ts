import { decrement, get, increment, set, type Limits } from "@durable-counter/core";
import fc from "fast-check";
import { seededRandom } from "../seeded-random.ts";
import { checkLinearizable } from "./check-counter-history.ts";
import type { CounterInput, CounterOperation, CounterOutput } from "./counter-operation.ts";

/** An operation with a known answer. */
export function seen(
  start: number,
  end: number,
  input: CounterInput,
  output: CounterOutput,
): CounterOperation {
  return { start, end, input, output };
}

/** An operation whose answer is unknown. */
export function sent(start: number, input: CounterInput): CounterOperation {
  return { start, input };
}

export function isLinearizable(...history: readonly CounterOperation[]): boolean {
  return checkLinearizable(history).linearizable;
}

/**
 * Random histories of a few operations on one counter. Most short ones are linearizable, and most long ones are not.
 */
export function histories({
  maxLength,
}: {
  readonly maxLength: number;
}): fc.Arbitrary<readonly CounterOperation[]> {
  const limits: fc.Arbitrary<Limits | undefined> = fc.constantFrom(
    undefined,
    undefined,
    { max: 2 },
    { min: 0 },
  );
  const commands = fc.constantFrom(
    [get()],
    [increment(1)],
    [increment(2)],
    [decrement(1)],
    [increment(1), increment(1)],
    [set(2)],
  );
  const input: fc.Arbitrary<CounterInput> = fc.oneof(
    { weight: 9, arbitrary: fc.record({ commands, limits }) },
    { weight: 1, arbitrary: fc.constant({ type: "delete" as const }) },
  );
  const operation = fc
    .tuple(fc.integer({ min: 0, max: 8 }), fc.nat({ max: 4 }), input, fc.nat({ max: 3 }), fc.nat({ max: 9 }))
    .map(([start, duration, input, value, dice]): CounterOperation => {
      if (dice < 2) return { start, input, outcome: "unknown" };
      const end = start + duration;
      if ("type" in input && input.type === "delete") return { start, end, input, output: undefined };
      return { start, end, input, output: dice === 2 ? "limit-exceeded" : value };
    });
  return fc.array(operation, { maxLength });
}

/** The history of a correct counter: each operation took effect between its start and its end. */
export function executed(length: number, processes: number, seed: number): readonly CounterOperation[] {
  const random = seededRandom(seed);
  const history: CounterOperation[] = [];
  const running = new Map<
    number,
    { readonly start: number; readonly input: CounterInput; output?: number }
  >();
  let value = 0;
  let begun = 0;
  for (let now = 0; history.length < length; now++) {
    const process = random(0, processes - 1);
    const operation = running.get(process);
    if (operation === undefined) {
      if (begun === length) continue;
      begun += 1;
      const input = [get(), increment(random(1, 3)), decrement(random(1, 3))][random(0, 2)] ?? get();
      running.set(process, { start: now, input });
    } else if (operation.output === undefined) {
      const { input } = operation;
      if ("amount" in input) value += input.type === "increment" ? input.amount : -input.amount;
      operation.output = value;
    } else {
      history.push({ process, end: now, ...operation });
      running.delete(process);
    }
  }
  return history;
}
