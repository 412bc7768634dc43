import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Effort } from "./observation.ts";

/** What one observation measured, where and when. */
const RawFile = z.strictObject({
  observation: z.string(),
  effort: z.enum(["quick", "full"]),
  /** The day, as `YYYY-MM-DD`. */
  date: z.string(),
  seed: z.int(),
  machine: z.strictObject({ cpu: z.string(), cores: z.int(), gigabytes: z.number(), platform: z.string() }),
  versions: z.record(z.string(), z.string()),
  data: z.unknown(),
});
export type RawFile = z.infer<typeof RawFile>;

const MEASURED_PACKAGES = ["@aws/durable-execution-sdk-js", "@aws-sdk/client-dynamodb"];

/** Adds to data what a reader needs to judge and repeat them. */
export function describedData(observation: string, effort: Effort, seed: number, data: unknown): RawFile {
  const [cpu] = cpus();
  return {
    observation,
    effort,
    date: new Date().toISOString().slice(0, 10),
    seed,
    machine: {
      cpu: cpu?.model ?? "unknown",
      cores: cpus().length,
      gigabytes: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`,
    },
    versions: {
      node: process.version,
      ...Object.fromEntries(MEASURED_PACKAGES.map((name) => [name, versionOf(name)])),
    },
    data,
  };
}

/** @throws Error for a file that is missing or different, by name */
export function readRawFile(folder: string, name: string): RawFile {
  const path = join(folder, "data", `${name}.json`);
  try {
    return RawFile.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new Error(`The data in ${path} cannot be read; run "pnpm observe ${name} --fresh".`, { cause });
  }
}

export function writeRawFile(folder: string, file: RawFile): void {
  mkdirSync(join(folder, "data"), { recursive: true });
  writeFileSync(join(folder, "data", `${file.observation}.json`), `${JSON.stringify(file, undefined, 2)}\n`);
}

function versionOf(name: string): string {
  const [manifest = ""] = createRequire(import.meta.url)
    .resolve(name)
    .split(/(?<=node_modules\/(?:@[^/]+\/)?[^/@]+)\/(?=dist)/u);
  const { version } = JSON.parse(readFileSync(join(manifest, "package.json"), "utf8")) as { version: string }; // of npm
  return version;
}
