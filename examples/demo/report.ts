import type { Command, CounterRequest } from "@durable-counter/core";
import Table from "cli-table3";
import type { Act } from "./act.ts";

/** What the demo says before the tables. */
export function introduction(
  { counterId, commands, idempotencyKey }: CounterRequest,
  engine: string,
): string {
  const sent =
    idempotencyKey === undefined
      ? "without an idempotency key"
      : `with the idempotency key "${idempotencyKey}"`;
  return [
    `Counter "${counterId}": ${commands.map(short).join(", ")} — sent ${sent}.`,
    `The real durable SDK, and a real DynamoDB engine (${engine}) behind a real socket. It refuses a write without`,
    "saying what stood there, which costs a read; DynamoDB itself says it with the refusal.",
  ].join("\n");
}

/** A table of acts, one row each. `calm` are the same acts without a mishap: what they did more was a retry. */
export function table(acts: readonly Act[], calm: readonly Act[] = acts): string {
  const rows = new Table({
    head: [
      "handler",
      "value",
      "commands",
      "durable operations",
      "requests to DynamoDB",
      "the retried command",
    ],
    style: { head: [], border: [] },
  });
  for (const [index, act] of acts.entries()) {
    rows.push([
      act.handler,
      isRight(act) ? act.outcome : `${act.outcome}, not ${act.expected}`,
      act.commands,
      act.operations ?? "–",
      act.requests,
      whatBecame(act, calm[index] ?? act),
    ]);
  }
  return rows.toString();
}

/** The last words: who was right when something went wrong. */
export function verdict(acts: readonly Act[]): string {
  const wrong = acts.filter((act) => !isRight(act));
  if (wrong.length === 0) return "Every counter is right.";
  return wrong
    .map(({ handler, outcome, expected }) =>
      typeof expected === "number"
        ? `${handler} is at ${outcome} and should be at ${expected}.`
        : `${handler} is at ${outcome} and should have refused: ${expected}.`,
    )
    .join("\n");
}

export function isRight({ outcome, expected }: Act): boolean {
  return outcome === expected;
}

function whatBecame(act: Act, calm: Act): string {
  if (act.requests > calm.requests) {
    if (!isRight(act)) return `sent again, counted again: ${offBy(act)}`;
    return typeof act.outcome === "number"
      ? "sent again, recognised by its idempotency key"
      : "sent again, refused again";
  }
  if (act.invocations > calm.invocations) {
    return `function started ${act.invocations} times, ${isRight(act) ? "replayed" : offBy(act)}`;
  }
  return "nothing was retried";
}

function offBy({ outcome, expected }: Act): string {
  return typeof outcome === "number" && typeof expected === "number"
    ? `off by ${outcome - expected}`
    : "wrong";
}

function short(command: Command): string {
  return command.type === "get" ? "get" : `${command.type} ${command.amount}`;
}
