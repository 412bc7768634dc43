import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns, testSeed } from "../../../scripts/test/random.ts";
import { explore } from "./exactly-once.explore.fixture.ts";
import { programOf, type Situation } from "./exactly-once.programs.fixture.ts";

interface Case {
  readonly title: string;
  readonly situation: Situation;
  /** How many messages may be lost, late or duplicated. */
  readonly maxFaults: number;
  /** How many schedules there are; each is run, or shown to go on as another does. */
  readonly schedules: number;
}

const cases: readonly Case[] = [
  {
    title: "counts once for two processes, keys inline",
    situation: { strategy: "inline", rival: "gives" },
    maxFaults: 1,
    schedules: 132,
  },
  {
    title: "counts once for two processes, keys in separate items",
    situation: { strategy: "separate-item" },
    maxFaults: 1,
    schedules: 79_710,
  },
  {
    title: "counts once for two processes of one caller, which a refusal is final for",
    situation: { strategy: "inline", callers: "same" },
    maxFaults: 1,
    schedules: 284,
  },
  {
    title: "counts once for two processes of two callers",
    situation: { strategy: "inline", callers: "different" },
    maxFaults: 1,
    schedules: 342,
  },
  {
    title: "counts once for one process that retries as it was told",
    situation: { strategy: "inline", again: "the same process", rival: "gives" },
    maxFaults: 2,
    schedules: 450,
  },
  {
    title: "counts once for one process that retries as it was told, keys in separate items",
    situation: { strategy: "separate-item", again: "the same process", rival: "gives" },
    maxFaults: 1,
    schedules: 105,
  },
  {
    title: "counts once for one process that sends the key twice at the same time",
    situation: { strategy: "inline", again: "the same process at the same time", rival: "gives" },
    maxFaults: 1,
    schedules: 132,
  },
  {
    title: "counts once behind a write fence, keys inline",
    situation: { strategy: "inline", isFenced: true, again: "the same process" },
    maxFaults: 1,
    schedules: 1392,
  },
  {
    title: "counts once behind a write fence, auto",
    situation: { strategy: "auto", isFenced: true, rival: "gives" },
    maxFaults: 0, // 8,404 schedules with one fault: they hold, and take a quarter of a minute.
    schedules: 230,
  },
  {
    title: "counts once where the limit clamps",
    situation: { strategy: "inline", onLimit: "clamp", again: "the same process" },
    maxFaults: 1,
    schedules: 54,
  },
  {
    title: "sets a value once for two processes, keys inline",
    situation: { strategy: "inline", sets: true, rival: "gives" },
    maxFaults: 1,
    schedules: 132,
  },
  {
    title: "sets a value once for one process that retries as it was told, keys in separate items",
    situation: { strategy: "separate-item", sets: true, again: "the same process", rival: "none" },
    maxFaults: 1,
    schedules: 10,
  },
  {
    title: "counts once beside the removal of expired keys",
    situation: { strategy: "auto", beside: "removal of expired keys", again: "the same process" },
    maxFaults: 1,
    schedules: 85,
  },
  {
    title: "counts once beside a move of keys into separate items",
    situation: { strategy: "auto", beside: "move of keys", again: "the same process" },
    maxFaults: 1,
    schedules: 82,
  },
  {
    title: "counts once beside a move that adds the key to the list of moved keys",
    situation: {
      strategy: "auto",
      isFenced: true,
      isListed: true,
      beside: "move of keys",
      again: "the same process",
    },
    maxFaults: 1,
    schedules: 82,
  },
  {
    title: "counts once for two processes beside a move that adds the key to the list of moved keys",
    situation: { strategy: "auto", isFenced: true, isListed: true, beside: "move of keys", rival: "gives" },
    maxFaults: 1,
    schedules: 336,
  },
  {
    title: "counts once for two strategies behind a list of moved keys",
    situation: {
      strategy: "auto",
      isFenced: true,
      isListed: true,
      strategyAgain: "separate-item",
      rival: "none",
    },
    maxFaults: 1,
    schedules: 57,
  },
  {
    title: "counts once for two strategies, of which the first moves keys right after its transaction",
    situation: {
      strategy: "separate-item",
      isFenced: true,
      isListed: true,
      moves: true,
      strategyAgain: "inline",
      rival: "none",
    },
    maxFaults: 1,
    schedules: 93,
  },
  {
    title: "counts once in each life of a counter with a list of moved keys",
    situation: {
      strategy: "auto",
      isFenced: true,
      isListed: true,
      beside: "deletion",
      again: "the same process",
      rival: "none",
    },
    maxFaults: 1,
    schedules: 126,
  },
  {
    title: "counts once in each life of a counter that is deleted beside it",
    situation: { strategy: "inline", beside: "deletion", again: "the same process", rival: "none" },
    maxFaults: 1,
    schedules: 126,
  },
  {
    title: "counts once where its retention period ends at any moment",
    situation: { strategy: "inline", expires: true },
    maxFaults: 1,
    schedules: 229,
  },
];

describe("in every order of messages, with every fate of each, a key that is sent twice", () => {
  const named = cases.map((each) => [each.title, each] as const);

  test.each(named)("%s", async (_, { situation, maxFaults, schedules }) => {
    const found = await explore(programOf(situation), { maxFaults });
    expect(found.failures.slice(0, 1)).toEqual([]);
    const { isComplete } = found;
    expect({ schedules: found.schedules, isComplete }).toEqual({ schedules, isComplete: true });
  });
});

/** Every combination there is. */
const all = fc.record<Situation>(
  {
    strategy: fc.constantFrom("inline", "separate-item", "auto"),
    isFenced: fc.boolean(),
    isListed: fc.boolean(),
    moves: fc.boolean(),
    strategyAgain: fc.constantFrom("inline", "separate-item", "auto"),
    again: fc.constantFrom("another process", "the same process", "the same process at the same time"),
    callers: fc.constantFrom("same", "different"),
    rival: fc.constantFrom("takes", "gives"),
    onLimit: fc.constant("clamp"),
    sets: fc.boolean(),
    beside: fc.constantFrom("removal of expired keys", "move of keys", "deletion"),
    expires: fc.constant(true),
  },
  { requiredKeys: ["strategy", "again", "rival"] },
);

test("a key that is sent twice counts once in random schedules of every combination, with up to three faults", async () => {
  const property = fc.asyncProperty(all, fc.nat({ max: 3 }), async (situation, maxFaults) => {
    const { failures } = await explore(programOf(situation), { maxFaults, maxRuns: 25, seed: testSeed });
    expect(failures.slice(0, 1)).toEqual([]);
  });
  await fc.assert(property, { numRuns: randomRuns(5) });
});
