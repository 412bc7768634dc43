import type { CounterOperation, CounterOutput } from "@durable-counter/testing";

/**
 * A history in which all calls with one idempotency key are the one operation that they are to their caller: it took effect
 * between the first of them and the first answer, and was answered so; or it was refused, and had no effect.
 *
 * @throws Error where an idempotency key was answered in two ways, or counted twice
 */
export function withoutRetries(history: readonly CounterOperation[]): readonly CounterOperation[] {
  return [...Map.groupBy(history, keyOf)].flatMap(([idempotencyKey, calls]) =>
    idempotencyKey === undefined ? calls : operationsOf(idempotencyKey, calls),
  );
}

function operationsOf(
  idempotencyKey: string,
  calls: readonly CounterOperation[],
): readonly CounterOperation[] {
  const reached = calls.filter(({ outcome }) => outcome !== "failed");
  const [one] = reached;
  if (one === undefined) return [];
  const operation = {
    ...one,
    start: Math.min(...reached.map(({ start }) => start)),
    input: withoutKey(one.input),
  };
  const answered = reached.filter(({ output }) => output !== undefined);
  const [first] = answered.toSorted((a, b) => endOf(a) - endOf(b));
  if (first === undefined) return [unknown(operation)];

  const answers = answered.map(({ output }) => output);
  const seen = new Set(answers.map((output) => JSON.stringify(withoutReplayed(output))));
  if (seen.size > 1)
    throw new Error(
      `IdempotencyKey ${idempotencyKey} was answered in ${seen.size} ways: ${[...seen].join(", ")}`,
    );
  if (answers.filter((output) => typeof output === "object" && output.replayed === false).length > 1)
    throw new Error(`IdempotencyKey ${idempotencyKey} was counted more than once.`);
  return [{ ...operation, outcome: "ok", end: endOf(first), output: withoutReplayed(first.output) }];
}

function withoutReplayed(output: CounterOutput): CounterOutput {
  if (typeof output !== "object") return output;
  const { replayed: _replayed, ...rest } = output;
  return rest;
}

function unknown({ end: _end, output: _output, ...operation }: CounterOperation): CounterOperation {
  return { ...operation, outcome: "unknown" };
}

function keyOf({ input }: CounterOperation): string | undefined {
  return "commands" in input ? input.idempotencyKey : undefined;
}

function withoutKey(input: CounterOperation["input"]): CounterOperation["input"] {
  if (!("commands" in input)) return input;
  const { idempotencyKey: _idempotencyKey, issuedAt: _issuedAt, callerId: _callerId, ...rest } = input;
  return rest;
}

function endOf({ end }: CounterOperation): number {
  return end ?? Infinity;
}
