import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import {
  MutantWindowStore,
  WINDOW_MUTANTS,
  type WindowMutant,
} from "./contract/mutant-window-store.fixture.ts";
import type { Contract } from "./contract/contract.ts";
import { windowContract } from "./contract/window-contract.ts";
import { windowedCounterContract } from "./contract/windowed-counter-contract.ts";

interface Rule {
  readonly name: string;
  readonly body: () => Promise<void>;
}

function rulesFor(bug: WindowMutant | undefined): readonly Rule[] {
  const rules: Rule[] = [];
  const contract: Contract = {
    test: (name, body) => rules.push({ name, body }),
    expect: (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) }),
    createStore: (options) => new MutantWindowStore(bug, options),
  };
  windowContract(contract);
  windowedCounterContract(contract);
  return rules;
}

async function brokenBy(bug: WindowMutant | undefined): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { name, body } of rulesFor(bug)) await body().catch(() => broken.push(name));
  return broken;
}

const bugs = Object.keys(WINDOW_MUTANTS) as WindowMutant[]; // the keys that it was written with

describe("the contract for windows", () => {
  test("accepts a store without a mutation", async () => {
    expect(await brokenBy(undefined)).toEqual([]);
  });

  test.each(bugs)("rejects a store that %s", async (bug) => {
    expect(await brokenBy(bug)).toContainEqual(expect.stringContaining(WINDOW_MUTANTS[bug]));
  });

  test("has no rule that no mutant breaks", async () => {
    const broken = new Set((await Promise.all(bugs.map(brokenBy))).flat());
    expect(rulesFor(undefined).filter(({ name }) => !broken.has(name))).toEqual([]);
  });
});
