import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { handlerNames, playAct, type Act } from "./act.ts";
import { readEvent } from "./event.ts";
import { introduction, isRight, table, verdict } from "./report.ts";
import { openStage } from "./stage.ts";

const USAGE = `Usage: pnpm demo [--event FILE]

Sends one event through the numbered examples, first undisturbed, then with a lost reply.

  --event FILE   a counter request as JSON; by default examples/events/shopping-cart.json
  --help         this text`;

/**
 * The study on one screen: one event through every handler, first undisturbed, then with a mishap.
 *
 * @returns the process's exit code: 1 if a counter of ours is wrong
 */
export async function demo(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values } = parseArgs({
    // npm users write `pnpm demo -- --event FILE`, and pnpm hands the dashes on.
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
  const stage = await openStage();
  try {
    const play = async (withMishap: boolean) => {
      const acts: Act[] = [];
      for (const name of handlerNames) acts.push(await playAct(stage, name, event, withMishap));
      return acts;
    };
    print(`${introduction(event, stage.engine)}\n`);
    const calm = await play(false);
    print(`Undisturbed:\n${table(calm)}\n`);
    const struck = await play(true);
    print(`DynamoDB's first reply to a write is lost; for 01, the process dies after every checkpoint:`);
    print(`${table(struck, calm)}\n\n${verdict(struck)}`);
    return [...calm, ...struck].every((act) => act.handler === "00-naive-counter" || isRight(act)) ? 0 : 1;
  } finally {
    await stage.close();
  }
}
