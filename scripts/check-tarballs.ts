/**
 * Packs every package as npm gets it and uses it as its users do: lints the tarballs, installs them into an empty project
 * outside this workspace, and imports every export as ES module, as CommonJS and as types.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { createRunFolder } from "./test/run-folder.ts";

interface Tarball {
  readonly name: string;
  readonly file: string;
  /** What a user may import from: the package's name and its subpaths. */
  readonly specifiers: readonly string[];
}

const root = resolve(import.meta.dirname, "..");
const started = Date.now();
const folder = createRunFolder();
try {
  const names = await readdir(join(root, "packages"));
  say(`building, packing and linting ${names.join(", ")}`);
  const packed = await packAll(join(folder, "packed"));
  const tarballs = await allOf(names.map(async (name) => lint(name, packed)));
  say("installing them into an empty project");
  const project = await installInto(join(folder, "user"), tarballs);
  say("importing every export as ES module and as CommonJS");
  await importEverything(project, tarballs);
  say("type-checking a program under nodenext and bundler");
  await typeCheck(project, tarballs);
  say(`${tarballs.length} tarballs are fit to publish`);
} catch (error) {
  console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function say(line: string): void {
  console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s] ${line}`);
}

/** Waits for all, so that nothing still writes after the end, and reports every failure at once. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const failures = settled.flatMap((one) =>
    one.status === "rejected" ? [one.reason instanceof Error ? one.reason.message : String(one.reason)] : [],
  );
  if (failures.length > 0) throw new Error(failures.join("\n\n✗ "));
  return Promise.all(promises);
}

/** Runs a command and returns what it printed; a failure carries all of it. */
async function run(command: string, args: readonly string[], cwd = root): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    const printed = `${stdout}${stderr}`.trim();
    throw new Error(`${command} ${args.join(" ")}\n  in ${cwd}\n\n${printed === "" ? message : printed}`, {
      cause: error,
    });
  }
}

/** Packs all packages as docs/start.md tells it to somebody who cannot wait for the first release. */
async function packAll(destination: string): Promise<readonly string[]> {
  const pack = ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", destination];
  await run("pnpm", pack);
  return (await readdir(destination)).map((file) => join(destination, file));
}

async function lint(name: string, packed: readonly string[]): Promise<Tarball> {
  const file = packed.find((path) => new RegExp(`^durable-counter-${name}-\\d`, "u").test(basename(path)));
  if (file === undefined) throw new Error(`pnpm pack left no tarball of packages/${name}.`);
  const destination = join(folder, name);
  await mkdir(destination);
  await run("tar", ["-xzf", file, "-C", destination]);
  await checkFiles(name, join(destination, "package"));
  await run("pnpm", ["exec", "publint", "run", file, "--strict"]);
  // The profile leaves out node10: it knows no "exports", and no Node we support resolves that way.
  await run("pnpm", ["exec", "attw", file, "--profile", "node16", "--no-emoji", "--no-color"]);

  // A package.json that was just linted.
  const manifest = JSON.parse(await readFile(join(destination, "package", "package.json"), "utf8")) as {
    name: string;
    exports: Record<string, unknown>;
  };
  const subpaths = Object.keys(manifest.exports);
  return { name: manifest.name, file, specifiers: subpaths.map((path) => manifest.name + path.slice(1)) };
}

/** A tarball holds what was built and a few more files: no tests, and sources only in source maps. */
async function checkFiles(name: string, unpacked: string): Promise<void> {
  const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1));
  const isBuilt = (file: string) =>
    /^dist\/.*\.((?:js|cjs)(?:\.map)?|d\.ts|d\.cts)$/.test(file) &&
    !/\b(test|fixture)\b/.test(basename(file));
  const shown = ["LICENSE", "README.md", "package.json"];
  const missing = shown.filter((file) => !files.includes(file));
  const unmapped = files.filter((file) => /\.c?js$/u.test(file) && !files.includes(`${file}.map`));
  // Changesets write the changelog, with the first version.
  const strange = files.filter((file) => ![...shown, "CHANGELOG.md"].includes(file) && !isBuilt(file));
  if (missing.length > 0) throw new Error(`The tarball of packages/${name} lacks ${missing.join(", ")}.`);
  if (unmapped.length > 0)
    throw new Error(`The tarball of packages/${name} lacks the source maps of ${unmapped.join(", ")}.`);
  if (strange.length > 0)
    throw new Error(`The tarball of packages/${name} should not hold ${strange.join(", ")}.`);
}

async function installInto(project: string, tarballs: readonly Tarball[]): Promise<string> {
  const files = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
  await mkdir(project);
  // What the user of an export installs, too: windows of the calendar need it.
  const dependencies = { ...files, "temporal-polyfill": "*" };
  await write(project, "package.json", JSON.stringify({ private: true, dependencies }));
  const settings = {
    overrides: files,
    // What a package forgot to declare is not there.
    hoist: false,
    // The types of the durable SDK import these without declaring them.
    packageExtensions: { "@aws/durable-execution-sdk-js": { dependencies: { "@types/aws-lambda": "*" } } },
  };
  await write(project, "pnpm-workspace.yaml", JSON.stringify(settings)); // JSON is YAML.
  await run("pnpm", ["install", "--no-frozen-lockfile", "--ignore-scripts", "--prefer-offline"], project);
  return project;
}

async function importEverything(project: string, tarballs: readonly Tarball[]): Promise<void> {
  await write(
    project,
    "import.mjs",
    `import { createRequire } from "node:module";
    const require = createRequire(import.meta.url);
    for (const specifier of ${JSON.stringify(tarballs.flatMap(({ specifiers }) => specifiers))}) {
      const names = Object.keys(await import(specifier)).toString();
      const required = Object.keys(require(specifier)).sort().toString();
      if (names === "") throw new Error(specifier + " exports nothing");
      if (names !== required) throw new Error(\`\${specifier}: import sees \${names}, require sees \${required}\`);
    }`,
  );
  await run(process.execPath, ["import.mjs"], project);
}

async function typeCheck(project: string, tarballs: readonly Tarball[]): Promise<void> {
  const specifiers = tarballs.flatMap(({ specifiers }) => specifiers);
  const program = [
    ...specifiers.map((specifier, index) => `import * as m${index} from ${JSON.stringify(specifier)};`),
    "type Known<T> = 0 extends 1 & T ? never : T;",
    ...specifiers.map((_, index) => `export const known${index}: Known<typeof m${index}> = m${index};`),
    'import { applyBatch, increment } from "@durable-counter/core";',
    "export const value: number = applyBatch(0, [increment()]).value;",
    "// @ts-expect-error the types arrived: a value is a number",
    "export const wrong: string = value;",
  ].join("\n");
  await write(project, "program.mts", program);
  await write(project, "program.cts", program);
  for (const [module, moduleResolution, ...files] of [
    ["nodenext", "nodenext", "program.mts", "program.cts"],
    ["esnext", "bundler", "program.mts"],
  ] as const) {
    const tsconfig = {
      compilerOptions: {
        module,
        moduleResolution,
        target: "es2023",
        lib: ["es2023"],
        strict: true,
        noEmit: true,
        types: ["node"],
        typeRoots: [join(root, "node_modules", "@types")],
      },
      files,
    };
    await write(project, "tsconfig.json", JSON.stringify(tsconfig));
    await run("pnpm", ["exec", "tsc", "--project", join(project, "tsconfig.json")]);
  }
}

async function write(project: string, file: string, content: string): Promise<void> {
  await writeFile(join(project, file), content);
}
