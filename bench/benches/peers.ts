import { counterStore } from "../contenders/peers/counter-store.ts";
import { markerTransaction } from "../contenders/peers/marker-transaction.ts";
import type { Peer } from "../contenders/peers/peer.ts";
import { plainAdd } from "../contenders/peers/plain-add.ts";
import { powertools } from "../contenders/peers/powertools.ts";
import { rateLimiter } from "../contenders/peers/rate-limiter.ts";
import { addTallies, type Tally } from "../contenders/peers/tally.ts";
import { underFaults } from "../contenders/peers/under-faults.ts";
import { priced, timed, type Price } from "../contenders/peers/undisturbed.ts";
import { withDynamoDB } from "../contenders/shared-dynamodb.ts";
import type { Arena } from "../measure/arena.ts";
import type { Bench } from "../measure/bench.ts";
import { digits, duration } from "../measure/figures.ts";
import { progressOnStderr } from "../measure/progress.ts";
import type { Row } from "../measure/report.ts";
import { quantile } from "../measure/statistics.ts";

interface Way {
  readonly name: string;
  readonly peer: Peer;
  /** Its caller does not try again after an error. */
  readonly givesUp?: boolean;
  readonly isOurs?: boolean;
}

const WAYS: readonly Way[] = [
  { name: "plain ADD", peer: plainAdd },
  { name: "Powertools idempotency around ADD", peer: powertools },
  { name: "the same, by a caller that gives up", peer: powertools, givesUp: true },
  { name: "rate-limiter-flexible", peer: rateLimiter },
  { name: "ADD and a marker, a transaction by hand", peer: markerTransaction },
  { name: "createDynamoDBCounterStore", peer: counterStore, isOurs: true },
];

/** What latencies are compared with. */
const REFERENCE = "plain ADD";

/** Rounds of latencies; runs under faults, and the commands of each. */
const SIZES = {
  full: { rounds: 60, runs: 4, commands: 500 },
  quick: { rounds: 2, runs: 1, commands: 100 },
};
type Size = (typeof SIZES)["full"];

/** By the name of a way. */
type Findings<Finding> = ReadonlyMap<string, Finding>;

export const peers: Bench = {
  title: "Ways to count in DynamoDB: what a command costs, and how many come out wrong under the same faults",
  contenders: Object.fromEntries(
    WAYS.flatMap(({ name, peer, givesUp = false }) => [
      [`${name}, priced`, priced(name, peer)],
      [`${name}, timed`, timed(name, peer)],
      ...Object.values(SIZES).map(({ commands }) => [
        faulty(name, commands),
        underFaults(name, peer, { commands, givesUp }),
      ]),
    ]),
  ),
  measure: (arena) =>
    withDynamoDB("auto", async (engine) => {
      const size = arena.effort.isConclusive ? SIZES.full : SIZES.quick;
      const able = WAYS.filter(({ peer }) => engine === "dynamodb-local" || !peer.needsTransactions);
      const names = able.filter(({ givesUp }) => !givesUp).map(({ name }) => name);
      const latencies = await timeAll(arena, names, size);
      const prices = await priceAll(arena, names);
      const tallies = await tallyAll(
        arena,
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
        rows: WAYS.map((way) => rowOf(way, prices, latencies, tallies)),
      };
    }),
};

function faulty(name: string, commands: number): string {
  return `${name}, ${commands} under faults`;
}

/** A run of each per round, so that what disturbs the machine disturbs all. */
async function timeAll(
  arena: Arena,
  names: readonly string[],
  { rounds }: Size,
): Promise<Findings<readonly number[]>> {
  const { warmUps } = arena.effort;
  const progress = progressOnStderr("peers, latencies: rounds", warmUps + rounds);
  const all = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const [latencies] = (await arena.results(`${name}, timed`)) as readonly [number[]]; // of timed
      if (round >= 0) all.get(name)?.push(...latencies);
    }
    progress(warmUps + round + 1);
  }
  arena.dismiss();
  return all;
}

async function priceAll(arena: Arena, names: readonly string[]): Promise<Findings<Price>> {
  const prices = new Map<string, Price>();
  for (const name of names) {
    const [price] = (await arena.results(`${name}, priced`)) as readonly [Price]; // of priced
    prices.set(name, price);
  }
  arena.dismiss();
  return prices;
}

/** One after the other: a caller that has no processor would take it for a lost reply. */
async function tallyAll(
  arena: Arena,
  names: readonly string[],
  { runs, commands }: Size,
): Promise<Findings<Tally>> {
  const progress = progressOnStderr("peers, under faults: runs", names.length * runs);
  const tallies = new Map<string, Tally>();
  for (const [index, name] of names.entries()) {
    const parts: Tally[] = [];
    while (parts.length < runs) {
      parts.push(...((await arena.results(faulty(name, commands))) as Tally[])); // of underFaults
      progress(index * runs + parts.length);
    }
    arena.dismiss();
    tallies.set(name, addTallies(parts));
  }
  return tallies;
}

function rowOf(
  { name, peer, isOurs = false }: Way,
  prices: Findings<Price>,
  latencies: Findings<readonly number[]>,
  tallies: Findings<Tally>,
): Row {
  const tally = tallies.get(name);
  if (tally === undefined) return { cells: [name, "", "", "", "", "needs transactions", "", "", ""] };
  const { over, under, unknown } = tally;
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
