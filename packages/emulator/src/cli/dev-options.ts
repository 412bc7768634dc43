import { readFileSync, statSync } from "node:fs";
import { basename, relative } from "node:path";
import { parseArgs } from "node:util";
import { KILL_POINTS, type ChaosOptions, type KillPoint } from "../executions/chaos.ts";
import type { EmulatedFunction } from "../start-emulator.ts";
import { readEnv } from "./env-file.ts";
import { UsageError } from "./usage-error.ts";

/** The port of `sam local start-lambda`, where tools look for a local Lambda. */
export const DEFAULT_PORT = 3_001;

/** The arguments of `dev`. */
export type DevOptions = ReturnType<typeof devOptions>;

/** @throws UsageError naming the argument, its value and the remedy */
export function devOptions(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: "string", default: `${DEFAULT_PORT}` },
      watch: { type: "boolean", default: false },
      data: { type: "string" },
      env: { type: "string" },
      memory: { type: "string", default: "1024" },
      timeout: { type: "string", default: "60" },
      "kill-rate": { type: "string" },
      "kill-at": { type: "string", multiple: true },
      seed: { type: "string" },
    },
  });
  return {
    functions: functionsOf(positionals),
    port: numberOf("--port", values.port, 0, 65_535),
    watch: values.watch,
    dataFile: dataFileOf(values.data),
    env: values.env === undefined ? {} : readEnv(values.env, read("--env", values.env)),
    memoryMB: numberOf("--memory", values.memory, 128, 10_240),
    timeoutSeconds: numberOf("--timeout", values.timeout, 1, 900),
    chaos: chaosOf(values["kill-rate"], values["kill-at"], values.seed),
  };
}

function functionsOf(files: readonly string[]): readonly EmulatedFunction[] {
  if (files.length === 0)
    throw new UsageError("Name the files of the handlers: durable-emulator dev HANDLER.ts…");
  const functions = new Map<string, EmulatedFunction>();
  for (const file of files) {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new UsageError(`${file} is no file; name the file that exports "handler".`);
    }
    const name = functionName(file);
    const other = functions.get(name)?.file;
    if (other !== undefined) {
      throw new UsageError(`${other} and ${file} would both be the function "${name}"; rename one of them.`);
    }
    functions.set(name, { name, file });
  }
  return [...functions.values()];
}

/** The name of a file, in the characters that Lambda allows. */
function functionName(file: string): string {
  const name = basename(file)
    .replace(/\.[cm]?[jt]sx?$/u, "")
    .replaceAll(/[^\w-]+/gu, "-");
  if (name.length <= 64 && name !== "") return name;
  throw new UsageError(
    `${relative("", file)} gives the function a name of ${name.length} characters; Lambda allows 1 to 64.`,
  );
}

function dataFileOf(file: string | undefined): string | undefined {
  if (file === "") throw new UsageError('--data is ""; pass the name of a file.');
  return file;
}

function chaosOf(
  rate: string | undefined,
  at: readonly string[] | undefined,
  seed: string | undefined,
): ChaosOptions | undefined {
  if (rate === undefined) {
    if (at === undefined && seed === undefined) return undefined;
    throw new UsageError("--kill-at and --seed need --kill-rate, for example --kill-rate 0.1.");
  }
  return {
    rate: fractionOf("--kill-rate", rate),
    seed: seed === undefined ? Date.now() % 2 ** 31 : numberOf("--seed", seed, 0, 2 ** 31),
    at: at?.map(killPoint),
  };
}

function killPoint(text: string): KillPoint {
  const found = KILL_POINTS.find((point) => point === text);
  if (found !== undefined) return found;
  throw new UsageError(`--kill-at is "${text}"; pass ${KILL_POINTS.join(", ")}.`);
}

function numberOf(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/u.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${option} is "${text}"; pass a whole number from ${min} to ${max}.`);
}

function fractionOf(option: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`${option} is "${text}"; pass a probability from 0 to 1.`);
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError(`${option} names ${file}, which cannot be read: ${(cause as Error).message}.`, {
      cause,
    }); // of node:fs
  }
}
