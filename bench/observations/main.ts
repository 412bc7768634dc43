import { commandLine } from "./command-line.ts";

try {
  process.exitCode = await commandLine(process.argv.slice(2), console.log);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
// The durable SDK in a simulated process that died may still have timers, which would keep this process alive.
process.exit();
