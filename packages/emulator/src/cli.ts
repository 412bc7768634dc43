#!/usr/bin/env node
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "./cli/main.ts";

export { main };

const [, program] = process.argv;
// Importing this file runs nothing. It does not await, because it is published as CommonJS too.
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url)) {
  // Whoever reads the output may stop reading, as `head` does. Then nothing is left to say, but much to clean up.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosed);
  main(process.argv.slice(2)).then(
    (exitCode) => process.exit(exitCode),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
