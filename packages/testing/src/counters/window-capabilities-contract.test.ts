import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { windowCapabilitiesContract } from "./contract/window-capabilities-contract.ts";
import {
  WINDOW_CAPABILITY_MUTANTS,
  WindowCapabilityMutantStore,
  type WindowCapabilityMutant,
} from "./contract/window-capabilities-mutants.fixture.ts";

interface Rule {
  readonly name: string;
  readonly body: () => Promise<void>;
}

function rulesFor(bug: WindowCapabilityMutant | undefined): readonly Rule[] {
  const rules: Rule[] = [];
  windowCapabilitiesContract(
    {
      test: (name, body) => rules.push({ name, body }),
      expect: (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) }),
      createStore: (options) => new WindowCapabilityMutantStore(bug, options),
    },
    ["getMany", "applyAll", "holds"],
  );
  return rules;
}

async function brokenBy(bug: WindowCapabilityMutant | undefined): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { name, body } of rulesFor(bug)) await body().catch(() => broken.push(name));
  return broken;
}

const bugs = Object.keys(WINDOW_CAPABILITY_MUTANTS) as WindowCapabilityMutant[]; // the keys that it was written with

describe("the contract for the capabilities of a store with windows", () => {
  test("accepts a store without a mutation", async () => {
    expect(await brokenBy(undefined)).toEqual([]);
  });

  test.each(bugs)("rejects a store that %s", async (bug) => {
    expect(await brokenBy(bug)).toContain(WINDOW_CAPABILITY_MUTANTS[bug]);
  });

  test("has no rule that no mutant breaks", async () => {
    const broken = new Set((await Promise.all(bugs.map(brokenBy))).flat());
    expect(rulesFor(undefined).filter(({ name }) => !broken.has(name))).toEqual([]);
  });
});
