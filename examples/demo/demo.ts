import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { handlerNames, runScenario, type Scenario } from "./scenario.ts";
import { readEvent } from "./event.ts";
import { introduction, isRight, table, verdict } from "./report.ts";
import { openEnvironment } from "./environment.ts";

const USAGE = `Usage: pnpm demo [--event FILE]

Sends one event through the numbered examples, first undisturbed, then with a lost reply.

  --event FILE   a counter request as JSON; by default examples/events/shopping-cart.json
  --help         this text`;

/**
 * Runs one event through every handler, first undisturbed, then with a failure, and prints both tables.
 *
 * @returns the process's exit code: 1 if a counter of ours is wrong
 */
export async function demo(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values } = parseArgs({
    // npm users write `pnpm demo -- --event FILE`, and pnpm passes the dashes on.
    args: args[0] === "--" ? args.slice(1) : [...args],
    options: { event: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const event = await readEvent(
    values.event ?? fileURLToPath(new URL("../events/shopping-cart.json", import.meta.url)),
  );
  const environment = await openEnvironment();
  try {
    const runAll = async (withFailure: boolean) => {
      const scenarios: Scenario[] = [];
      for (const name of handlerNames)
        scenarios.push(await runScenario(environment, name, event, withFailure));
      return scenarios;
    };
    print(`${introduction(event, environment.engine)}\n`);
    const undisturbed = await runAll(false);
    print(`Undisturbed:\n${table(undisturbed)}\n`);
    const disturbed = await runAll(true);
    print(`DynamoDB's first reply to a write is lost; for 01, the process dies after every checkpoint:`);
    print(`${table(disturbed, undisturbed)}\n\n${verdict(disturbed)}`);
    return [...undisturbed, ...disturbed].every(
      (scenario) => scenario.handler === "00-naive-counter" || isRight(scenario),
    )
      ? 0
      : 1;
  } finally {
    await environment.close();
  }
}
