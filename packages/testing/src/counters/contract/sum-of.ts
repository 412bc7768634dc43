import type { Command } from "@durable-counter/core";

/** By how much commands move a counter that has no limits. */
export function sumOf(commands: readonly Command[]): number {
  return commands.reduce(
    (sum, command) =>
      command.type === "get" ? sum : sum + (command.type === "increment" ? 1 : -1) * command.amount,
    0,
  );
}
