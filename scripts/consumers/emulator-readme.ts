import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { codeBlocksIn } from "../docs/code-blocks.ts";
import { EMULATOR_README } from "../docs/shell-blocks.ts";
import { useRegistry } from "./package-manager.ts";
import { runCommand, USER_ENV } from "./run-command.ts";
import { installBy } from "./run-page.ts";

/**
 * Does what the emulator's README says, in a project of its own: each `dev` is stopped when the next one is started, and the commands
 * in between are sent to it. Only ports differ, since the usual one may be taken.
 */
export async function runEmulatorReadme(
  folder: string,
  { readme, registry }: { readme: string; registry: string },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await useRegistry(folder, "npm", registry);
  await installBy(readme, folder);
  for (const { name, code } of codeBlocksIn(EMULATOR_README, readme))
    if (name !== undefined) await writeFile(join(folder, name), code);
  // In blocks, and within the steps of a list.
  const commands = readme.match(/(?<=^|`)(?:echo '.*' \| )?npx durable-emulator [^`\n]+/gmu) ?? [];
  let emulator: Emulator | undefined;
  let sent = 0;
  try {
    for (const command of commands) {
      if (command.includes(" dev ")) {
        await emulator?.stop();
        emulator = await startEmulator(command, folder);
        continue;
      }
      if (emulator === undefined) throw new Error(`No emulator was started before: ${command}`);
      const line = `${command} --endpoint ${emulator.endpoint}`;
      // A process can be killed once it works, a moment after its execution was started.
      const printed = command.includes(" kill ")
        ? await untilPassed(line, folder)
        : await runCommand(line, folder);
      if (command.includes('"cup"') && !command.includes("--event") && !printed.includes('"cup: 7"'))
        throw new Error(`${command} should have printed "cup: 7":\n${printed}`);
      sent++;
    }
  } finally {
    await emulator?.stop();
  }
  if (sent === 0) throw new Error(`${EMULATOR_README} shows no commands of the emulator.`);
}

interface Emulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

async function startEmulator(command: string, folder: string): Promise<Emulator> {
  // A process group of its own: npx starts the emulator as a child, which has to end as well.
  const child = spawn("bash", ["-c", `exec ${command} --port 0`], {
    cwd: folder,
    env: USER_ENV,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const ended = once(child, "exit");
  let printed = "";
  for await (const chunk of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    const endpoint = /Lambda is at (\S+)/u.exec(printed)?.[1];
    if (endpoint === undefined) continue;
    child.stdout.resume();
    return {
      endpoint,
      stop: async () => {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
        await ended;
      },
    };
  }
  throw new Error(`${command} ended, and printed:\n${printed}`);
}

/** A limit only ends a command that never passes. */
const ATTEMPTS = 600;

async function untilPassed(command: string, folder: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runCommand(command, folder);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await setTimeout(100);
    }
  }
}
