import {
  applyCommand,
  decrement,
  increment,
  type BatchResult,
  type Command,
  type CommandResult,
  type Limits,
} from "@durable-counter/core";
import type { Mutant } from "./mutants.fixture.ts";

type SetCommand = Extract<Command, { type: "set" }>;

/** How a mutant applies a batch that sets a value; undefined for a mutant that applies it as it should. */
export function mutatedSet(
  bug: Mutant | undefined,
  before: number,
  commands: readonly Command[],
  limits: Limits,
): BatchResult | undefined {
  const last = commands.findLastIndex(isSet);
  if (last === -1) return undefined;
  const isIgnored = (index: number) =>
    (bug === "looks only at what follows a set" && index < last) ||
    (bug === "looks only at what precedes a set" && index > last);
  switch (bug) {
    case "adds a value to set":
      return fold(before, commands, (value, command) => ({
        ...applyCommand(value, isSet(command) ? step(command) : command, limits),
        type: command.type,
      }));
    case "tells no value before a set":
      return fold(before, commands, (value, command) =>
        applyCommand(isSet(command) ? 0 : value, command, limits),
      );
    case "looks only at what follows a set":
    case "looks only at what precedes a set":
      return fold(before, commands, (value, command, index) =>
        applyCommand(value, command, isIgnored(index) ? {} : limits),
      );
    case "sets a value beyond its limits":
      return fold(before, commands, (value, command) =>
        applyCommand(value, command, isSet(command) ? {} : limits),
      );
    case "lets a set bring a value nearer to its limits":
      return fold(before, commands, (value, command) =>
        applyCommand(value, command, isSet(command) && command.value < value ? {} : limits),
      );
    case "refuses to set what it should clamp":
      return fold(before, commands, (value, command) =>
        applyCommand(value, command, isSet(command) ? { ...limits, onLimit: "reject" } : limits),
      );
    default:
      return undefined;
  }
}

export function isSet(command: Command): command is SetCommand {
  return command.type === "set";
}

function step({ value }: SetCommand): Command {
  return value < 0 ? decrement(-value) : increment(value);
}

function fold(
  before: number,
  commands: readonly Command[],
  apply: (value: number, command: Command, index: number) => CommandResult,
): BatchResult {
  const results: CommandResult[] = [];
  let value = before;
  for (const [index, command] of commands.entries()) {
    const result = apply(value, command, index);
    results.push(result);
    value = result.after;
  }
  return { value, results };
}
