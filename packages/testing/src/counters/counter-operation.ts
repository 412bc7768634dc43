import type { ApplyRequest, BatchResult, Command } from "@durable-counter/core";
import { formatValue } from "../format-value.ts";
import type { HistoryOperation } from "../linearizability/history.ts";

/** The input of an operation: one command, a batch as a `CounterStore` takes it, or the deletion of the counter. */
export type CounterInput = Command | CounterBatch | { readonly type: "delete" };

/** A batch of commands, as a `CounterStore` takes it. */
export type CounterBatch = Omit<ApplyRequest, "id">;

/**
 * The output of an operation: the value alone, the known part of a result, or the code of a refusal. A deletion has no
 * output.
 */
export type CounterOutput = number | CounterAnswer | "limit-exceeded" | "idempotency-key-reused" | undefined;

/** The known part of the result of a batch. */
export interface CounterAnswer {
  readonly value: number;
  readonly results?: BatchResult["results"];
  /** Whether the idempotency key was used before. */
  readonly replayed?: boolean;
}

/** One operation on a counter, as its caller saw it. Its `key` is the id of the counter. */
export type CounterOperation = HistoryOperation<CounterInput, CounterOutput>;

/** The batch of an input. `undefined` for a deletion. */
export function batchOf(input: CounterInput): CounterBatch | undefined {
  if ("commands" in input) return input;
  return input.type === "delete" ? undefined : { commands: [input] };
}

/** Whether a batch changes nothing, whatever the value is. */
export function onlyReads({ commands }: CounterBatch): boolean {
  return commands.every(({ type }) => type === "get");
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
  if (command.type === "get") return "get";
  return `${command.type} ${command.type === "set" ? command.value : command.amount}`;
}

function describeOutput(output: CounterOutput, commands: readonly Command[]): string {
  if (typeof output !== "object") return String(output);
  const before = output.results?.[0]?.before;
  const from =
    before === undefined || (onlyReads({ commands }) && before === output.value) ? "" : `${before} → `;
  return `${from}${output.value}${output.replayed === true ? ", replayed" : ""}`;
}
