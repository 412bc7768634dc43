import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { durableMarker, isDurableSdk } from "./durable-marker.ts";

/** The code of a handler, ready to be loaded. */
export interface PreparedCode {
  /** The file to load. */
  readonly code: string;
  /** All files that it was made from, as far as they are known. */
  readonly inputs: readonly string[];
  /** A time before these files were read, in milliseconds since the epoch. */
  readonly readAt: number;
  /** Whether it has all its imports in it. */
  readonly isBundle: boolean;
  /** Whether the durable execution SDK is known to be one of them. */
  readonly usesDurableSdk: boolean;
}

/** Why a handler could not be bundled. */
class BundleError extends Error {
  override readonly name = "BundleError";
}

type Esbuild = typeof import("esbuild");

/**
 * Bundles handlers with esbuild, if the project has it. Without it Node loads the files themselves, and strips the types
 * of TypeScript.
 */
export class Bundler {
  readonly #folder: string;
  readonly #esbuild: Promise<Esbuild | undefined>;
  #count = 0;

  /** @param folder where the bundles are written */
  constructor(folder: string) {
    this.#folder = folder;
    this.#esbuild = loadEsbuild();
  }

  /** @throws BundleError for code that cannot be bundled, or TypeScript that nothing can read */
  async prepare(source: string): Promise<PreparedCode> {
    const esbuild = await this.#esbuild;
    const readAt = Date.now();
    if (esbuild !== undefined) return { ...(await this.#bundle(esbuild, source)), readAt };
    if (/\.[cm]?tsx?$/u.test(source) && !process.features.typescript) {
      throw new BundleError(
        `${source} is TypeScript, which this version of Node (${process.version}) does not load. Install esbuild in ` +
          `your project (npm install --save-dev esbuild), or use Node 22.18 or later.`,
      );
    }
    return { code: source, inputs: [source], readAt, isBundle: false, usesDurableSdk: false };
  }

  async stop(): Promise<void> {
    await (await this.#esbuild)?.stop();
  }

  async #bundle(esbuild: Esbuild, source: string): Promise<Omit<PreparedCode, "readAt">> {
    this.#count += 1;
    const code = join(this.#folder, `${basename(source).replace(/\.\w+$/u, "")}-${this.#count}.mjs`);
    const url = pathToFileURL(source).href;
    try {
      const { metafile } = await esbuild.build({
        entryPoints: [source],
        outfile: code,
        bundle: true,
        platform: "node",
        format: "esm",
        target: `node${process.versions.node}`,
        mainFields: ["module", "main"],
        sourcemap: true,
        metafile: true,
        plugins: [durableMarker],
        logLevel: "silent",
        // A handler finds the files beside it where it lies, not where its bundle does.
        define: {
          "import.meta.url": JSON.stringify(url),
          "import.meta.filename": JSON.stringify(source),
          "import.meta.dirname": JSON.stringify(dirname(source)),
          // In CommonJS they are variables, which a module does not have. Code that declares them keeps its own.
          __filename: JSON.stringify(source),
          __dirname: JSON.stringify(dirname(source)),
        },
        // For CommonJS packages within the bundle.
        banner: {
          js: `import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(${JSON.stringify(url)});`,
        },
      });
      const inputs = Object.keys(metafile.inputs);
      return { code, inputs, isBundle: true, usesDurableSdk: inputs.some(isDurableSdk) };
    } catch (error) {
      throw new BundleError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

/** The esbuild of the project, or the one beside the emulator. */
async function loadEsbuild(): Promise<Esbuild | undefined> {
  for (const from of [pathToFileURL(join(process.cwd(), "package.json")).href, import.meta.url]) {
    try {
      return (await import(pathToFileURL(createRequire(from).resolve("esbuild")).href)) as Esbuild; // resolved by its name
    } catch {
      // Not there: the next place, or none.
    }
  }
  return undefined;
}
