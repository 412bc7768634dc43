import type { CounterOperation, CounterOutput } from "@durable-counter/testing";

type Answer = Exclude<CounterOutput, number | string | undefined>;

/**
 * A history in which all calls with one token are the one operation that they are to their caller: it took effect
 * between the first of them and the first answer, and was answered so; or it was refused, and had no effect. A refusal
 * that was asked again is kept as what was seen then.
 *
 * @throws Error where a token was answered in two ways, or counted twice
 */
export function withoutRetries(history: readonly CounterOperation[]): readonly CounterOperation[] {
  return [...Map.groupBy(history, tokenOf)].flatMap(([token, calls]) =>
    token === undefined ? calls : operationsOf(token, calls),
  );
}

function operationsOf(token: string, calls: readonly CounterOperation[]): readonly CounterOperation[] {
  const refusals = calls.filter(({ output }) => typeof output === "string");
  const others = calls.filter(({ output, outcome }) => typeof output !== "string" && outcome !== "failed");
  const answered = others.filter(({ output }) => typeof output === "object");
  const [first] = answered.toSorted((a, b) => endOf(a) - endOf(b));
  const operation = others[0] && {
    ...others[0],
    start: Math.min(...others.map(({ start }) => start)),
    input: withoutToken(others[0].input),
  };
  const refused = refusals.map((refusal) => ({ ...refusal, input: withoutToken(refusal.input) }));
  if (operation === undefined) return refused;
  if (first === undefined) return refused.length > 0 ? refused : [unknown(operation)];

  const answers = answered.map(({ output }) => output as Answer); // just seen to be objects
  const seen = new Set(answers.map(({ value, results }) => JSON.stringify({ value, results })));
  if (seen.size > 1)
    throw new Error(`Token ${token} was answered in ${seen.size} ways: ${[...seen].join(", ")}`);
  if (answers.filter(({ replayed }) => replayed === false).length > 1)
    throw new Error(`Token ${token} was counted more than once.`);
  const { replayed: _replayed, ...output } = first.output as Answer; // likewise
  return [...refused, { ...operation, outcome: "ok", end: endOf(first), output }];
}

function unknown({ end: _end, output: _output, ...operation }: CounterOperation): CounterOperation {
  return { ...operation, outcome: "unknown" };
}

function tokenOf({ input }: CounterOperation): string | undefined {
  return "commands" in input ? input.token : undefined;
}

function withoutToken(input: CounterOperation["input"]): CounterOperation["input"] {
  if (!("commands" in input)) return input;
  const { token: _token, issuedAt: _issuedAt, ...rest } = input;
  return rest;
}

function endOf({ end }: CounterOperation): number {
  return end ?? Infinity;
}
