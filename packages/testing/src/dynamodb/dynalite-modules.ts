import { createRequire } from "node:module";

/** pnpm refuses the install script of classic-level, which takes a binary that the package itself brings. */
const NOT_INSTALLED = `dynalite is not installed. Install it:
  npm install --save-dev dynalite
with pnpm:
  pnpm add --save-dev --allow-build=classic-level dynalite`;

const require = createRequire(import.meta.url);
const modules = new Map<string, unknown>(); // looking one up in the file system costs more than a request

/**
 * Where dynalite's entry is installed.
 *
 * @throws Error that names the install command where it is missing
 */
export function dynalitePath(): string {
  try {
    return require.resolve("dynalite");
  } catch (cause) {
    throw new Error(NOT_INSTALLED, { cause });
  }
}

/**
 * One of dynalite's own modules, such as `actions/putItem`.
 *
 * @throws Error that names the install command where dynalite is missing
 */
export function dynaliteModule(path: string): unknown {
  const known = modules.get(path);
  if (known !== undefined) return known;
  dynalitePath();
  const loaded: unknown = require(`dynalite/${path}`);
  modules.set(path, loaded);
  return loaded;
}
