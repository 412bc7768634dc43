import { counterStore } from "../contenders/peers/counter-store.ts";
import { keyItemTransaction } from "../contenders/peers/key-item-transaction.ts";
import type { Peer } from "../contenders/peers/peer.ts";
import { plainAdd } from "../contenders/peers/plain-add.ts";
import { powertools } from "../contenders/peers/powertools.ts";
import { rateLimiter } from "../contenders/peers/rate-limiter.ts";
import { addCountErrors, type CountErrors } from "../contenders/peers/count-errors.ts";
import { underFaults } from "../contenders/peers/under-faults.ts";
import { priced, timed, type Price } from "../contenders/peers/without-faults.ts";
import { withDynamoDB } from "../contenders/shared-dynamodb.ts";
import type { BenchRunner } from "../measure/runner.ts";
import type { Bench } from "../measure/bench.ts";
import { digits, duration } from "../measure/figures.ts";
import { progressOnStderr } from "../measure/progress.ts";
import type { Row } from "../measure/report.ts";
import { quantile } from "../measure/statistics.ts";

interface Candidate {
  readonly name: string;
  readonly peer: Peer;
  /** The caller does not retry after an error. */
  readonly givesUp?: boolean;
  readonly isOurs?: boolean;
}

const CANDIDATES: readonly Candidate[] = [
  { name: "plain ADD", peer: plainAdd },
  { name: "Powertools idempotency around ADD", peer: powertools },
  { name: "the same, by a caller that gives up", peer: powertools, givesUp: true },
  { name: "rate-limiter-flexible", peer: rateLimiter },
  { name: "a hand-written transaction of ADD and a key item", peer: keyItemTransaction },
  { name: "createDynamoDBCounterStore", peer: counterStore, isOurs: true },
];

/** The peer that latencies are compared with. */
const REFERENCE = "plain ADD";

/** Rounds of latencies, runs under faults, and commands per run. */
const SIZES = {
  full: { rounds: 60, runs: 4, commands: 500 },
  quick: { rounds: 2, runs: 1, commands: 100 },
};
type Size = (typeof SIZES)["full"];

/** Findings by the name of a candidate. */
type Findings<Finding> = ReadonlyMap<string, Finding>;

export const peers: Bench = {
  title: "Ways to count in DynamoDB: what a command costs, and how many come out wrong under the same faults",
  contenders: Object.fromEntries(
    CANDIDATES.flatMap(({ name, peer, givesUp = false }) => [
      [`${name}, priced`, priced(name, peer)],
      [`${name}, timed`, timed(name, peer)],
      ...Object.values(SIZES).map(({ commands }) => [
        faulty(name, commands),
        underFaults(name, peer, { commands, givesUp }),
      ]),
    ]),
  ),
  measure: (runner) =>
    withDynamoDB("auto", async (engine) => {
      const size = runner.effort.isConclusive ? SIZES.full : SIZES.quick;
      const able = CANDIDATES.filter(({ peer }) => engine === "dynamodb-local" || !peer.needsTransactions);
      const names = able.filter(({ givesUp }) => !givesUp).map(({ name }) => name);
      const latencies = await timeAll(runner, names, size);
      const prices = await priceAll(runner, names);
      const errors = await countErrorsOfAll(
        runner,
        able.map(({ name }) => name),
        size,
      );
      return {
        head: [
          `on ${engine}`,
          "requests",
          "write units",
          "p50",
          "p99",
          "answers",
          `of ${digits(size.runs * size.commands)}: too much`,
          "lost",
          "unknown",
        ],
        rows: CANDIDATES.map((candidate) => rowOf(candidate, prices, latencies, errors)),
      };
    }),
};

function faulty(name: string, commands: number): string {
  return `${name}, ${commands} under faults`;
}

/** Runs each candidate once per round, so that a disturbance of the machine affects all. */
async function timeAll(
  runner: BenchRunner,
  names: readonly string[],
  { rounds }: Size,
): Promise<Findings<readonly number[]>> {
  const { warmUps } = runner.effort;
  const progress = progressOnStderr("peers, latencies: rounds", warmUps + rounds);
  const all = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const [latencies] = (await runner.results(`${name}, timed`)) as readonly [number[]]; // of timed
      if (round >= 0) all.get(name)?.push(...latencies);
    }
    progress(warmUps + round + 1);
  }
  runner.stop();
  return all;
}

async function priceAll(runner: BenchRunner, names: readonly string[]): Promise<Findings<Price>> {
  const prices = new Map<string, Price>();
  for (const name of names) {
    const [price] = (await runner.results(`${name}, priced`)) as readonly [Price]; // of priced
    prices.set(name, price);
  }
  runner.stop();
  return prices;
}

/** Sequential, because a caller that gets no CPU time would treat it as a lost reply. */
async function countErrorsOfAll(
  runner: BenchRunner,
  names: readonly string[],
  { runs, commands }: Size,
): Promise<Findings<CountErrors>> {
  const progress = progressOnStderr("peers, under faults: runs", names.length * runs);
  const all = new Map<string, CountErrors>();
  for (const [index, name] of names.entries()) {
    const parts: CountErrors[] = [];
    while (parts.length < runs) {
      parts.push(...((await runner.results(faulty(name, commands))) as CountErrors[])); // of underFaults
      progress(index * runs + parts.length);
    }
    runner.stop();
    all.set(name, addCountErrors(parts));
  }
  return all;
}

function rowOf(
  { name, peer, isOurs = false }: Candidate,
  prices: Findings<Price>,
  latencies: Findings<readonly number[]>,
  errors: Findings<CountErrors>,
): Row {
  const found = errors.get(name);
  if (found === undefined) return { cells: [name, "", "", "", "", "needs transactions", "", "", ""] };
  const { over, under, unknown } = found;
  const price = prices.get(name);
  return {
    cells: [
      name,
      ...(price ? [digits(price.requests), digits(price.writeUnits)] : ["", ""]),
      ...[0.5, 0.99].map((share) => latencyOf(name, latencies, share)),
      price ? peer.answers : "",
      ...[over, under, unknown].map(digits),
    ],
    ...(isOurs && {
      target: { measured: over + under + unknown, bound: "at most", limit: 0, unit: " wrong" },
    }),
  };
}

function latencyOf(name: string, latencies: Findings<readonly number[]>, share: number): string {
  const [its, reference] = [latencies.get(name), latencies.get(REFERENCE)];
  if (its === undefined || reference === undefined) return "";
  const base = quantile(reference, share);
  return its === reference ? duration(base) : `${digits(quantile(its, share) / base)}×`;
}
