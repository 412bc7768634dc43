import type { Command, CounterRequest } from "@durable-counter/core";
import Table from "cli-table3";
import type { Scenario } from "./scenario.ts";

/** The text before the tables. */
export function introduction(
  { counterId, commands, idempotencyKey }: CounterRequest,
  engine: string,
): string {
  const sent =
    idempotencyKey === undefined
      ? "without an idempotency key"
      : `with the idempotency key "${idempotencyKey}"`;
  return [
    `Counter "${counterId}": ${commands.map(describeCommand).join(", ")} — sent ${sent}.`,
    `The real durable SDK, and a DynamoDB engine (${engine}) behind a real socket. That engine refuses a write without`,
    "returning the item, so a retry needs another read; DynamoDB itself returns the item.",
  ].join("\n");
}

/** A table of scenarios. `undisturbed` are the same scenarios without a failure: additional requests are retries. */
export function table(scenarios: readonly Scenario[], undisturbed: readonly Scenario[] = scenarios): string {
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
  for (const [index, scenario] of scenarios.entries()) {
    rows.push([
      scenario.handler,
      isRight(scenario) ? scenario.outcome : `${scenario.outcome}, not ${scenario.expected}`,
      scenario.commands,
      scenario.operations ?? "–",
      scenario.requests,
      effectOfRetry(scenario, undisturbed[index] ?? scenario),
    ]);
  }
  return rows.toString();
}

/** The text after the tables: which counters are wrong. */
export function verdict(scenarios: readonly Scenario[]): string {
  const wrong = scenarios.filter((scenario) => !isRight(scenario));
  if (wrong.length === 0) return "Every counter is right.";
  return wrong
    .map(({ handler, outcome, expected }) =>
      typeof expected === "number"
        ? `${handler} is at ${outcome} and should be at ${expected}.`
        : `${handler} is at ${outcome} and should have refused: ${expected}.`,
    )
    .join("\n");
}

export function isRight({ outcome, expected }: Scenario): boolean {
  return outcome === expected;
}

function effectOfRetry(scenario: Scenario, undisturbed: Scenario): string {
  if (scenario.requests > undisturbed.requests) {
    if (!isRight(scenario)) return `sent again, counted again: ${offBy(scenario)}`;
    return typeof scenario.outcome === "number"
      ? "sent again, recognised by its idempotency key"
      : "sent again, refused again";
  }
  if (scenario.invocations > undisturbed.invocations) {
    return `function started ${scenario.invocations} times, ${isRight(scenario) ? "replayed" : offBy(scenario)}`;
  }
  return "nothing was retried";
}

function offBy({ outcome, expected }: Scenario): string {
  return typeof outcome === "number" && typeof expected === "number"
    ? `off by ${outcome - expected}`
    : "wrong";
}

export function describeCommand(command: Command): string {
  if (command.type === "get") return "get";
  return `${command.type} ${command.type === "set" ? command.value : command.amount}`;
}
