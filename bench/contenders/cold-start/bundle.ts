import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions } from "esbuild";

const root = new URL("../../../", import.meta.url);

/** A bundled handler. */
export interface Bundle {
  readonly file: string;
  /** Minified, in bytes. */
  readonly bytes: number;
}

/** Bundles a handler as `examples/infra` deploys it. */
export async function bundle(entry: string): Promise<Bundle> {
  const settings = readFileSync(new URL("examples/infra/esbuild.json", root), "utf8");
  const outdir = mkdtempSync(join(tmpdir(), "durable-counter-cold-start-"));
  process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
  await build({
    ...(JSON.parse(settings) as BuildOptions), // the file is part of this repository
    entryPoints: { index: fileURLToPath(new URL(entry, root)) },
    outdir,
  });
  const file = join(outdir, "index.mjs");
  return { file, bytes: (await stat(file)).size };
}
