/**
 * Runs the tests that depend on our peers with the oldest and with the newest version of each peer's range, as the
 * package.json files state it: the store with real engines, the durable counter and the test kit beside AWS's runner.
 *
 * Each end is installed in a copy of the workspace: this one and its lockfile stay as they are.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { scriptArguments } from "./test/script-arguments.ts";
import { createRunFolder } from "./test/run-folder.ts";
import { oldestOf, peerRange, TESTED_PEERS } from "./versions/peer-range.ts";
import { copyWorkspace, type Versions } from "./versions/workspace-copy.ts";

/** The tests that depend on a peer; the first shows that the requested versions are loaded. */
const LOADED_VERSIONS = "scripts/versions/loaded-versions.test.ts";
const TESTS = [
  "packages/core/src/**/*.test.ts",
  "packages/dynamodb/src/**/*.integration.test.ts",
  "packages/durable/src/**/*.test.ts",
  "packages/testing/src/dynamodb/simulated/engine*.test.ts",
  "packages/testing/src/crashes/**/*.test.ts",
  "packages/testing/src/dynamodb/local-client.*.test.ts",
  "packages/testing/src/{fake-context,replay,service,simulator}/**/*.test.ts",
];

const ENDS = { oldest, newest };

const USAGE = `Usage: pnpm test:versions [oldest] [newest] [-- FILE …]

  oldest, newest  which end of each range; by default both
  FILE            a test file; by default all that depend on a peer
  --help          this text`;

const { ends, files } = scriptArguments(USAGE, (args) => {
  const files = args.includes("--") ? args.slice(args.indexOf("--") + 1) : [];
  const ends = args.slice(0, args.length - files.length).filter((arg) => arg !== "--");
  const unknown = ends.find((end) => !Object.hasOwn(ENDS, end));
  if (unknown !== undefined)
    throw new TypeError(`There is no end "${unknown}"; pass oldest, newest or both.`);
  return { ends, files };
});
const started = Date.now();
const folder = createRunFolder();
let failed = 0;
for (const [end, versionsOf] of Object.entries(ENDS)) {
  if (ends.length > 0 && !ends.includes(end)) continue;
  const versions = Object.fromEntries(
    await Promise.all(TESTED_PEERS.map(async (name) => [name, await versionsOf(name)] as const)),
  );
  const shown = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  say(`the ${end} versions: ${shown.join(", ")}`);
  const isPassed = await test(join(folder, end), versions);
  say(`the ${end} versions: ${isPassed ? "passed" : "FAILED"}`);
  if (!isPassed) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;

function oldest(name: string): string {
  return oldestOf(peerRange(name));
}

/** Of the registry, so it fails where the newest release breaks us before any user notices. */
async function newest(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", [
    "view",
    `${name}@${peerRange(name)}`,
    "version",
    "--json",
  ]);
  const answer = JSON.parse(stdout) as string | readonly string[]; // in ascending order
  const version = typeof answer === "string" ? answer : answer.at(-1);
  if (version === undefined)
    throw new Error(`The registry has no version of ${name} within ${peerRange(name)}.`);
  return version;
}

async function test(copy: string, versions: Versions): Promise<boolean> {
  say("installing them in a copy of the workspace");
  await copyWorkspace(copy, versions);
  say("type-checking");
  if (!(await run(copy, ["exec", "tsc", "--noEmit"], {}))) return false;
  say("testing");
  const tests = [
    LOADED_VERSIONS,
    ...(files.length > 0 ? files : TESTS.flatMap((pattern) => testsOf(copy, pattern))),
  ];
  return run(copy, ["exec", "vitest", "run", ...tests], { PEER_VERSIONS: JSON.stringify(versions) });
}

function testsOf(copy: string, pattern: string): readonly string[] {
  const found = globSync(pattern, { cwd: copy });
  if (found.length === 0)
    throw new Error(`No test file matches ${pattern}; correct TESTS in scripts/test-versions.ts.`);
  return found;
}

async function run(cwd: string, command: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn("pnpm", command, {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}

function say(line: string): void {
  console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s] ${line}`);
}
