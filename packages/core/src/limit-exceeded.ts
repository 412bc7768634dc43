import type { Command } from "./command.ts";
import { CounterError } from "./counter-error.ts";

/** The error of a command that would pass a limit. */
export function limitExceeded(
  value: number,
  command: Exclude<Command, { type: "get" }>,
  limit: number,
  counterId: string | undefined,
): CounterError {
  const counter = counterId === undefined ? "The counter" : `Counter ${JSON.stringify(counterId)}`;
  const { verb, target } = aim(value, command);
  return new CounterError(
    "limit-exceeded",
    `${counter} is at ${value} and would ${verb} to ${target}; its ${target > limit ? "maximum" : "minimum"} is ${limit}.`,
    { details: { value, limit } },
  );
}

/** Where a command would take the value. A number beyond the safe integers would print rounded; a bigint does not. */
function aim(value: number, command: Exclude<Command, { type: "get" }>): { verb: string; target: bigint } {
  switch (command.type) {
    case "increment":
      return { verb: "rise", target: BigInt(value) + BigInt(command.amount) };
    case "decrement":
      return { verb: "fall", target: BigInt(value) - BigInt(command.amount) };
    case "set":
      return { verb: "be set", target: BigInt(command.value) };
  }
}
