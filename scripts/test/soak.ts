/**
 * Runs all random tests, round after round, each with another seed and many more random histories than `pnpm test`. It remembers the
 * finished rounds.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { scriptArguments } from "./script-arguments.ts";

const USAGE = `Usage: pnpm test:soak [--rounds 20] [--factor 10] [--seed 1] [--fresh] [FILE …]

  FILE      part of the path of a test file; by default all that have random tests
  --rounds  how many rounds, each with the next seed
  --factor  how many times as many random runs as pnpm test has
  --seed    of the first round; by default a random one
  --fresh   starts over; without it, the same command goes on with the round that was interrupted
  --help    this text`;

const root = resolve(import.meta.dirname, "../..");
const stateFile = join(root, "node_modules/.cache/durable-counter/soak.json");
const RANDOM_TEST = /from "fast-check"|scripts\/test\/random\.ts"/u;

interface Soak {
  readonly rounds: number;
  readonly factor: number;
  /** Of the first round; each round adds one. */
  readonly seed: number;
  readonly files: readonly string[];
  /** How many rounds are finished. */
  readonly finished: number;
  readonly failedSeeds: readonly number[];
}

const { fresh, ...wanted } = scriptArguments(USAGE, () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "20" },
      factor: { type: "string", default: "10" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 30)) },
      fresh: { type: "boolean", default: false },
    },
  });
  return {
    fresh: values.fresh,
    rounds: wholeNumber("rounds", values.rounds, 1),
    factor: wholeNumber("factor", values.factor, 1),
    seed: wholeNumber("seed", values.seed, 0),
    files: randomTests(positionals),
  };
});

let isInterrupted = false;
let soak: Soak = resume() ?? { ...wanted, finished: 0, failedSeeds: [] };
say(`${soak.files.length} test files with ${soak.factor} times as many random runs.`);
while (soak.finished < soak.rounds && !isInterrupted) {
  save();
  const seed = soak.seed + soak.finished;
  say(`Round ${soak.finished + 1} of ${soak.rounds}, seed ${seed}.`);
  const started = Date.now();
  const isPassed = await runRound(seed);
  if (isInterrupted) break;
  const { finished, failedSeeds } = soak;
  soak = { ...soak, finished: finished + 1, failedSeeds: isPassed ? failedSeeds : [...failedSeeds, seed] };
  say(`Round ${soak.finished} ${isPassed ? "passed" : "FAILED"} in ${seconds(started)} s.`);
}
if (isInterrupted) {
  say(`Interrupted in round ${soak.finished + 1} of ${soak.rounds}. The same command continues with it.`);
  process.exitCode = 130;
} else {
  rmSync(stateFile, { force: true });
  say(`${soak.rounds - soak.failedSeeds.length} rounds passed, ${soak.failedSeeds.length} failed.`);
  for (const seed of soak.failedSeeds) {
    say(
      `To repeat: SOAK_FACTOR=${soak.factor} TEST_SEED=${seed} pnpm exec vitest run ${soak.files.join(" ")}`,
    );
  }
  process.exitCode = soak.failedSeeds.length === 0 ? 0 : 1;
}

async function runRound(seed: number): Promise<boolean> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...soak.files], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TEST_SEED: String(seed), SOAK_FACTOR: String(soak.factor) },
  });
  const interrupt = () => {
    isInterrupted = true;
    child.kill("SIGINT");
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const [code] = (await once(child, "exit")) as [number | null];
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  return code === 0;
}

/** The run that was interrupted, unless another is wanted. */
function resume(): Soak | undefined {
  if (fresh) return undefined;
  try {
    const interrupted = JSON.parse(readFileSync(stateFile, "utf8")) as Soak; // as `save` wrote it
    say(`Resumes the run of seed ${interrupted.seed}; --fresh starts over.`);
    return interrupted;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function save(): void {
  mkdirSync(dirname(stateFile), { recursive: true });
  writeFileSync(stateFile, JSON.stringify(soak, undefined, 2));
}

/** The test files whose runs depend on the seed, by default all. */
function randomTests(parts: readonly string[]): readonly string[] {
  const all = globSync("{packages/*/src,examples,bench}/**/*.test.ts", {
    cwd: root,
    exclude: (name) => name.includes("node_modules"),
  });
  const wanted = all.filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
  const files = wanted.filter((file) => RANDOM_TEST.test(readFileSync(join(root, file), "utf8")));
  if (files.length === 0)
    throw new Error(
      `No random test is named ${parts.join(" or ")}; pass part of the path of one, such as exactly-once.`,
    );
  return files.toSorted();
}

function wholeNumber(name: string, text: string, min: number): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < min) {
    throw new TypeError(`--${name} is "${text}"; pass a whole number from ${min}.`);
  }
  return number;
}

function seconds(started: number): string {
  return ((Date.now() - started) / 1_000).toFixed(0);
}

function say(line: string): void {
  console.log(`[soak] ${line}`);
}
