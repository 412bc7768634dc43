import { bundle, type Bundle } from "../contenders/cold-start/bundle.ts";
import { importBundle } from "../contenders/cold-start/import-bundle.ts";
import type { BenchRunner } from "../measure/runner.ts";
import type { Bench, Contender } from "../measure/bench.ts";
import { compare } from "../measure/comparison.ts";
import { digits, duration } from "../measure/figures.ts";
import type { Row } from "../measure/report.ts";
import { median } from "../measure/statistics.ts";

/** Handlers, each beside its equivalent on the bare SDKs, with the same commands. */
export const PAIRS = {
  "01": ["bench/contenders/cold-start/bare-durable.ts", "examples/01-durable-counter.ts"],
  "02": ["bench/contenders/cold-start/bare-dynamodb.ts", "examples/02-stateless-dynamodb.ts"],
  "03": ["bench/contenders/cold-start/bare-durable-on-dynamodb.ts", "examples/03-durable-on-dynamodb.ts"],
} as const;

/**
 * The targets for 03, which contains all packages: 59.3 kB to count exactly once, and 5 kB for what it does not use, such as
 * windows, `set` and tables of other kinds.
 */
export const MAX_BYTES_OVER_BARE = 64_300;
const MAX_IMPORT_RATIO = 1.3;

export const coldStart: Bench = {
  title:
    "A handler's bundle and its import in a fresh process, beside a bare one by the same commands of the same SDKs",
  contenders: Object.fromEntries(
    Object.values(PAIRS).flatMap((pair) => pair.map((entry) => [entry, handler(entry)])),
  ),
  measure: async (runner) => {
    const rows: Row[] = [];
    for (const [name, [bare, ours]] of Object.entries(PAIRS)) {
      const { sizes, imports } = await turns(runner, bare, ours);
      const over = sizes.ours - sizes.bare;
      const { ratio, spread } = compare(imports.ours, imports.bare);
      const isJudged = name === "03";
      rows.push(
        {
          cells: [
            `${name}, minified`,
            kilobytes(sizes.bare),
            kilobytes(sizes.ours),
            `+ ${kilobytes(over)}`,
            "",
          ],
          ...(isJudged && {
            target: {
              measured: over / 1_000,
              bound: "at most",
              limit: MAX_BYTES_OVER_BARE / 1_000,
              unit: " kB",
            },
          }),
        },
        {
          cells: [
            `${name}, import`,
            duration(median(imports.bare)),
            duration(median(imports.ours)),
            `${digits(ratio)}× the time`,
            spread,
          ],
          ...(isJudged && {
            target: { measured: ratio, bound: "at most", limit: MAX_IMPORT_RATIO, unit: "×" },
          }),
        },
      );
    }
    return { head: ["", "bare", "ours", "beside it", "its quartiles"], rows };
  },
};

/** Bundles a handler once; each run imports it in a new process. */
function handler(entry: string): Contender {
  let bundled: Bundle;
  return {
    setUp: async () => {
      bundled = await bundle(entry);
    },
    run: async () => ({ bytes: bundled.bytes, ms: await importBundle(bundled.file) }),
  };
}

/** Imports both bundles of a pair in turns, A B, B A, …. */
async function turns(runner: BenchRunner, bare: string, ours: string) {
  const { rounds, warmUps } = runner.effort;
  const sizes = { bare: 0, ours: 0 };
  const imports = { bare: [] as number[], ours: [] as number[] };
  for (let round = -warmUps; round < rounds; round++) {
    for (const who of round % 2 === 0 ? (["bare", "ours"] as const) : (["ours", "bare"] as const)) {
      const [result] = await runner.results(who === "bare" ? bare : ours);
      const { bytes, ms } = result as { bytes: number; ms: number }; // what handler's run resolves to
      sizes[who] = bytes;
      if (round >= 0) imports[who].push(ms);
    }
  }
  return { sizes, imports };
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
