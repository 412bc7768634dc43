import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CounterRequest } from "@durable-counter/core";
import { handlerNames, runScenario, type HandlerName, type Scenario } from "./scenario.ts";
import { readEvent } from "./event.ts";
import { describeCommand, introduction, isRight, table, verdict } from "./report.ts";
import { openEnvironment } from "./environment.ts";

const USAGE = `Usage: pnpm demo [--event FILE] [--picture FOLDER]

Sends one event through the numbered examples, first undisturbed, then with a lost reply.

  --event FILE   a counter request as JSON; by default examples/events/shopping-cart.json
  --picture FOLDER
                 also draws the run with the lost reply, lost-reply-light.svg and lost-reply-dark.svg, and the
                 timeline of a crash, timeline.svg
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
    options: { event: { type: "string" }, picture: { type: "string" }, help: { type: "boolean" } },
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
    if (values.picture !== undefined) await draw(disturbed, event, values.picture);
    return [...undisturbed, ...disturbed].every(
      (scenario) => scenario.handler === "00-naive-counter" || isRight(scenario),
    )
      ? 0
      : 1;
  } finally {
    await environment.close();
  }
}

async function draw(
  scenarios: readonly Scenario[],
  { commands }: CounterRequest,
  folder: string,
): Promise<void> {
  // Loaded only on demand: the chart library takes as long to load as the demo to run.
  const { renderRetryPicture, themes } = await import("./retry-picture.ts");
  const { renderTimelinePicture } = await import("./timeline-picture.ts");
  const valuesOf = (name: HandlerName) => scenarios.find(({ handler }) => handler === name)?.values ?? [];
  const firstWrite = commands.findIndex(({ type }) => type !== "get");
  const picture = {
    commands: commands.map((command, index) =>
      index === firstWrite ? `${describeCommand(command)}\n(reply lost)` : describeCommand(command),
    ),
    naive: valuesOf("00-naive-counter"),
    ours: valuesOf("03-durable-on-dynamodb"),
  };
  for (const theme of themes) {
    await writeFile(join(folder, `lost-reply-${theme}.svg`), `${renderRetryPicture(picture, theme)}\n`);
  }
  await writeFile(join(folder, "timeline.svg"), await renderTimelinePicture());
}
