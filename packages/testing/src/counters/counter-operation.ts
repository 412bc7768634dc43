import type { ApplyRequest, BatchResult, Command } from "@durable-counter/core";
import { formatValue } from "../format-value.ts";
import type { HistoryOperation } from "../linearizability/history.ts";

/** What a counter is asked: one command, a batch as a `CounterStore` takes it, or to be forgotten. */
export type CounterInput = Command | CounterBatch | { readonly type: "delete" };

export type CounterBatch = Omit<ApplyRequest, "id">;

/**
 * What a counter answers: the value alone, as much of a result as is known, or the code of a refusal. A deletion
 * answers nothing.
 */
export type CounterOutput = number | CounterAnswer | "limit-exceeded" | "idempotency-key-reused" | undefined;

export interface CounterAnswer {
  readonly value: number;
  readonly results?: BatchResult["results"];
  /** Whether the idempotency key was known. */
  readonly replayed?: boolean;
}

/** One call on a counter, as its caller saw it; its `key` is the counter's id. */
export type CounterOperation = HistoryOperation<CounterInput, CounterOutput>;

/** The batch that an input stands for; `undefined` where it is a deletion. */
export function batchOf(input: CounterInput): CounterBatch | undefined {
  if ("commands" in input) return input;
  return input.type === "delete" ? undefined : { commands: [input] };
}

/** `increment 1: 0 → 1`, `get: 3`, `decrement 5: limit-exceeded` */
export function describeCounterOperation(operation: CounterOperation): string {
  const { input } = operation;
  const batch = batchOf(input);
  if (batch === undefined) return `delete${"output" in operation ? "" : ": ?"}`;
  const { commands, idempotencyKey } = batch;
  const shown = commands.slice(0, COMMANDS_SHOWN).map(describeCommand);
  if (commands.length > shown.length) shown.push(`… (${commands.length} commands)`);
  const named = idempotencyKey === undefined ? "" : `, idempotencyKey ${formatValue(idempotencyKey)}`;
  const answer = "output" in operation ? describeOutput(operation.output, commands) : "?";
  return `${shown.join(", ")}${named}: ${answer}`;
}

const COMMANDS_SHOWN = 3;

function describeCommand(command: Command): string {
  return command.type === "get" ? "get" : `${command.type} ${command.amount}`;
}

function describeOutput(output: CounterOutput, commands: readonly Command[]): string {
  if (typeof output !== "object") return String(output);
  const before = output.results?.[0]?.before;
  const isRead = commands.every(({ type }) => type === "get");
  const from = before === undefined || (isRead && before === output.value) ? "" : `${before} → `;
  return `${from}${output.value}${output.replayed === true ? ", replayed" : ""}`;
}
