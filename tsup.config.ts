import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

// tsup runs in a package's folder. What the package exports is what it builds: "./src/dynamodb/index.ts" becomes the
// entry "dynamodb/index", and so "dist/dynamodb/index.js", where its publishConfig expects it.
const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, string> };
const entry = Object.fromEntries(
  Object.values(exports).map((source) => [source.replace(/^\.\/src\/(.+)\.ts$/, "$1"), source]),
);

export default defineConfig({
  entry,
  tsconfig: "../../tsconfig.json",
  format: ["esm", "cjs"],
  dts: true,
  // With the sources in them: stack traces and debuggers show what we wrote.
  sourcemap: true,
  target: "node22",
  // Entries share state and classes through chunks, in CommonJS too.
  splitting: true,
  // Rollup's CommonJS keeps names that Node sees when an ES module imports it.
  treeshake: true,
  // For `import.meta.url` in CommonJS; packages without it get nothing.
  shims: true,
  // A dependency someone forgot to declare is missed by `pnpm check:tarballs`, instead of being bundled here.
  skipNodeModulesBundle: true,
  removeNodeProtocol: false,
  clean: true,
  silent: true,
});
