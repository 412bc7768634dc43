import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** Says what the processor spent on importing a module: what V8 compiles on other threads is part of it. */
const PROGRAM = `
const before = process.cpuUsage();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);`;

/** What importing a bundle takes in a fresh process, in milliseconds of CPU time; Node's own start is not in it. */
export async function importBundle(file: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", PROGRAM, pathToFileURL(file).href],
    { env: { AWS_REGION: "us-east-1" } },
  );
  return Number(stdout);
}
