import { execFile } from "node:child_process";
import { promisify } from "node:util";

const exec = promisify(execFile);
/** Ends only a command that hangs. */
const HANG_MS = 300_000;

/**
 * As in the shell of a user: without what the npm, npx or pnpm that runs this tells its own children. An npx within an npx would
 * take the packages and the command of the outer one.
 */
export const USER_ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")),
);

/** Runs a command line and returns what it printed; a failure carries all of it. Nothing can be asked: there is no input. */
export async function runCommand(command: string, cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const child = exec("bash", ["-eo", "pipefail", "-c", command], {
      cwd,
      env: { ...USER_ENV, ...env },
      timeout: HANG_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    child.child.stdin?.end();
    const { stdout, stderr } = await child;
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "", message, killed } = error as Failure;
    const printed = `${stdout}${stderr}`.trim();
    const what = killed === true ? `ended after ${HANG_MS / 1_000} s: ${command}` : command;
    throw new Error(`${what}\n  in ${cwd}\n\n${printed === "" ? message : printed}`, { cause: error });
  }
}

/** What execFile rejects with. */
interface Failure extends Error {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly killed?: boolean;
}
