// Fifty executions at a time of examples 01, 03 and 05, on the emulator, on a real DynamoDB engine behind a faulty network, while their
// processes and the emulator itself are killed. In the end nothing is lost, and nothing is counted twice.
import { writeFileSync } from "node:fs";
import { openSoakEnvironment } from "./soak/environment.ts";
import { figuresTable } from "./soak/figures.ts";
import { commandOf, soakOptions, UsageError } from "./soak/options.ts";
import { Soak } from "./soak/soak.ts";

const say = (line: string) => console.log(`[soak] ${line}`);

async function main(args: readonly string[]): Promise<number> {
  const options = soakOptions(args);
  const environment = await openSoakEnvironment(options);
  let isPassed = false;
  try {
    const figures = await new Soak(options, environment, say).run();
    isPassed = true;
    console.log(figuresTable(figures));
    if (options.figures !== undefined)
      writeFileSync(options.figures, `${JSON.stringify(figures, undefined, 2)}\n`);
    say(
      "Every execution succeeded; nothing was lost, nothing was counted twice, and every history is linearizable.",
    );
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    say(`FAILED. The executions are in ${environment.dataFile}. To run it again: ${commandOf(options)}`);
    return 1;
  } finally {
    await environment.close(!isPassed);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
