import { callback, invoke, kill, list, show, stop } from "./commands.ts";
import { dev } from "./dev.ts";
import { UsageError } from "./usage-error.ts";

const USAGE = `Runs AWS Lambda durable functions on this machine.

durable-emulator dev HANDLER.ts…     serve each handler under the name of its file
  --port N        the port on 127.0.0.1 (default 3001; 0 for any that is free)
  --watch         load a handler again when one of its files changes
  --data FILE     keep executions in a file, and continue those of the last run
  --env FILE      variables for the handlers, one NAME=value per line
  --memory N      megabytes per process (default 1024)
  --timeout N     seconds per invocation (default 60)
  --kill-rate R   kill processes at random, with this probability at each point: 0 to 1
  --kill-at P     where: checkpoint, body or reply (default all; may be repeated)
  --seed N        repeat the same kills

durable-emulator invoke FUNCTION [EVENT.json|-]   start an execution, and print its result
  --name NAME     the name of the execution
  --event         do not wait for the result
durable-emulator list [FUNCTION]     the executions, the newest first
durable-emulator show ID             one execution: its ARN, or its name
durable-emulator stop ID
durable-emulator kill ID             kill the process that works on an execution; the execution goes on in another
durable-emulator callback ID         ends a callback; show has the id, in an event CallbackStarted
  [--result TEXT | --error MESSAGE | --heartbeat]

  --endpoint URL  of the emulator (default http://127.0.0.1:3001)
`;

/** A command of the terminal. Its result is the exit code. */
type Command = (args: readonly string[], print: (line: string) => void) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = { dev, invoke, list, show, stop, kill, callback };

/** Runs the command line. @returns the exit code */
export async function main(args: readonly string[], print = console.log): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    print(USAGE);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (command === undefined) {
      throw new UsageError(
        `There is no command "${name}"; use ${Object.keys(COMMANDS).join(", ")}, or --help.`,
      );
    }
    return await command(rest, print);
  } catch (error) {
    if (!isUsersMistake(error)) throw error;
    console.error(`durable-emulator: ${messageOf(error, name)}`);
    return 2;
  }
}

/** `parseArgs` of Node throws errors whose messages are for the user. */
function isUsersMistake(error: unknown): error is Error {
  return (
    error instanceof UsageError ||
    (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))
  );
}

/** Node suggests to pass an unknown option as a positional argument, which is never what was meant here. */
function messageOf({ message }: Error, command: string): string {
  const [unknown] = /^Unknown option '[^']*'\./u.exec(message) ?? [];
  if (unknown === undefined) return message;
  const hint = unknown.includes("--port")
    ? "use --endpoint http://127.0.0.1:PORT"
    : "--help lists the options";
  return unknown.replace(/\.$/u, ` of ${command}; ${hint}.`);
}
