/**
 * Publishes all packages to a registry on loopback, as a release does, and uses them in empty projects as their users do:
 * by the install lines of the READMEs, with several package managers, runners, compilers and bundlers, and by the pages for them.
 * Every package below `packages` takes part with the first install line of its README.
 */
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runEmulatorReadme } from "./consumers/emulator-readme.ts";
import { checkInstallSize, runInstallLines, runPnpmLines } from "./consumers/install-size.ts";
import { installLinesOf } from "./consumers/package-manager.ts";
import { ENGINE_MANAGERS, PROJECTS } from "./consumers/projects.ts";
import { publishByWorkflow, REPOSITORY_URL } from "./consumers/publish.ts";
import { checkPublishedPackages } from "./consumers/published-packages.ts";
import { startRegistry, type Registry } from "./consumers/registry.ts";
import { runPages, type Pages } from "./consumers/run-page.ts";
import { runEngineProject, runProject } from "./consumers/run-project.ts";
import { documents } from "./docs/code-blocks.ts";
import { EMULATOR_README, runnableCommands } from "./docs/shell-blocks.ts";
import { scriptArguments } from "./test/script-arguments.ts";
import { createRunFolder } from "./test/run-folder.ts";

const USAGE = `Usage: pnpm test:consumers [--registry URL | --serve] [NAME …]

  NAME        part of a project's name; by default all projects
  --serve     keeps the registry with the published packages until it is interrupted, and runs no project
  --registry  runs projects against such a registry: nothing is published again
  --help      this text`;

interface Job {
  readonly name: string;
  readonly run: (folder: string, registry: string) => Promise<string | void>;
}

/** The pages that a new user follows. The first shows a store that breaks rules, and names one. */
const PAGES: readonly (Pick<Pages, "broken"> & { readonly files: string })[] = [
  {
    files: "docs/start.md",
    broken: {
      file: "own-store.test.ts",
      rule: "a retry gets the first result, replayed, and counts nothing",
    },
  },
  { files: "docs/own-store.md" },
  { files: "docs/recipes/*.md" },
];

const root = resolve(import.meta.dirname, "..");
const options = scriptArguments(USAGE, () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { registry: { type: "string" }, serve: { type: "boolean", default: false } },
  });
  return { ...values, jobs: jobsNamed(positionals) };
});
const started = Date.now();
const folder = createRunFolder();
const running = new Set<string>();
const progress = setInterval(() => {
  if (running.size > 0) say(`running: ${[...running].join("; ")}`);
}, 30_000);
let failed = 0;
const registry = await publishedRegistry();
try {
  if (options.serve) {
    say(`serving ${registry.url} until it is interrupted`);
    await once(process, "SIGINT");
  } else {
    await runJobs(options.jobs);
  }
} catch (error) {
  failed++;
  console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`);
} finally {
  registry.stop();
  clearInterval(progress);
}
process.exitCode = failed === 0 ? 0 : 1;

async function publishedRegistry(): Promise<Registry> {
  if (options.registry !== undefined) return { url: options.registry, stop: () => undefined };
  say("publishing all packages to a registry on loopback, by the commands of the release workflow");
  const local = await startRegistry(join(folder, "registry"));
  const clone = await publishByWorkflow(join(folder, "release"), local.url);
  const published = { clone, registry: local.url, url: REPOSITORY_URL };
  await checkPublishedPackages(join(folder, "published"), published);
  say("the packages are published and tagged; they say where their sources are, and their links lead there");
  return local;
}

async function runJobs(jobs: readonly Job[]): Promise<void> {
  say(`${jobs.length} projects, ${availableParallelism()} at a time`);
  const queue = jobs.entries();
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (const [index, job] of queue) await runJob(job, join(folder, `project-${index + 1}`));
    }),
  );
  say(`${jobs.length - failed} projects passed, ${failed} failed`);
}

/** @throws TypeError for parts of names that no project has */
function jobsNamed(parts: readonly string[]): readonly Job[] {
  const all = allJobs();
  const jobs = all.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  if (jobs.length > 0) return jobs;
  const names = all.map(({ name }) => `  ${name}`).join("\n");
  throw new TypeError(
    `No project's name contains ${parts.join(" or ")}; pass part of one of these:\n${names}`,
  );
}

function allJobs(): readonly Job[] {
  // A package is for users once it has a README.
  const readmes = globSync("packages/*/README.md", { cwd: root })
    .toSorted()
    .map((file) => ({
      name: basename(dirname(file)),
      readme: read(file),
    }));
  const lines = readmes.flatMap(({ readme }) => installLinesOf(readme).slice(0, 1));
  const commands = documents().flatMap((file) => runnableCommands(read(file)));
  const linesOf = (start: string) => [...new Set(commands.filter((command) => command.startsWith(start)))];
  return [
    ...PROJECTS.map((project): Job => ({
      name: project.name,
      run: (path, registry) => runProject(project, { folder: path, registry, lines }),
    })),
    ...ENGINE_MANAGERS.map((manager): Job => ({
      name: `${manager.replace("@", " ")} · the engine that our error names`,
      run: (path, registry) => runEngineProject(manager, { folder: path, registry, lines }),
    })),
    ...PAGES.map(({ files, ...page }): Job => ({
      name: `npm · ${files} as a new user does it`,
      run: (path, registry) => runPages(path, { ...page, registry, texts: textsOf(files) }),
    })),
    {
      name: "npm · the install lines of all documents",
      run: (path, registry) => runInstallLines(path, { lines: linesOf("npm install "), registry }),
    },
    {
      name: "pnpm 12 · the install lines of all documents",
      run: (path, registry) => runPnpmLines(path, { lines: linesOf("pnpm add "), registry }),
    },
    {
      name: `npm · the commands of ${EMULATOR_README}`,
      run: (path, registry) => runEmulatorReadme(path, { readme: read(EMULATOR_README), registry }),
    },
    ...readmes.map(({ name, readme }): Job => ({
      name: `npm · the install line of packages/${name}/README.md, and its size`,
      run: (path, registry) => checkInstallSize(path, { name, readme, registry }),
    })),
  ];
}

function textsOf(pattern: string): Readonly<Record<string, string>> {
  return Object.fromEntries(globSync(pattern, { cwd: root }).map((name) => [name, read(name)]));
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

async function runJob({ name, run }: Job, project: string): Promise<void> {
  const begun = Date.now();
  running.add(name);
  await mkdir(project);
  const seconds = () => `${((Date.now() - begun) / 1000).toFixed(0).padStart(3)} s`;
  try {
    const note = await run(project, registry.url);
    say(`${seconds()}  passed  ${name}${note === undefined ? "" : `: ${note}`}`);
  } catch (error) {
    failed++;
    say(`${seconds()}  FAILED  ${name}\n\n✗ ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    running.delete(name);
  }
}

function say(line: string): void {
  console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s] ${line}`);
}
