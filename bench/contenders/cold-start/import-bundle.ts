import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** Prints the CPU time of importing a module, including what V8 compiles on other threads. */
const PROGRAM = `
const before = process.cpuUsage();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);`;

/** Milliseconds of CPU time that importing a bundle takes in a new process, without Node's own start. */
export async function importBundle(file: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", PROGRAM, pathToFileURL(file).href],
    { env: { AWS_REGION: "us-east-1" } },
  );
  return Number(stdout);
}
