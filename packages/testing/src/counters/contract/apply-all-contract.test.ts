import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { applyAllContract } from "./apply-all-contract.ts";
import { APPLY_ALL_MUTANTS, ApplyAllMutantStore, type ApplyAllMutant } from "./apply-all-mutants.fixture.ts";

interface Rule {
  readonly name: string;
  readonly body: () => Promise<void>;
}

function rulesFor(bug: ApplyAllMutant | undefined): Rule[] {
  const rules: Rule[] = [];
  applyAllContract({
    test: (name, body) => rules.push({ name, body }),
    expect: (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) }),
    createStore: (options) => new ApplyAllMutantStore(bug, options),
  });
  return rules;
}

async function brokenRules(bug: ApplyAllMutant | undefined): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, body } of rulesFor(bug)) await body().catch(() => broken.push(name));
  return broken;
}

const bugs = Object.keys(APPLY_ALL_MUTANTS) as ApplyAllMutant[]; // the keys that it was written with
const brokenBy = new Map<ApplyAllMutant | undefined, readonly string[]>();
for (const bug of [undefined, ...bugs]) brokenBy.set(bug, await brokenRules(bug));

describe("the contract of applyAll", () => {
  test("accepts a store without a mutation", () => {
    expect(brokenBy.get(undefined)).toEqual([]);
  });

  test.for(bugs)("rejects a store that %s", (bug) => {
    expect(brokenBy.get(bug)).toContain(APPLY_ALL_MUTANTS[bug]);
  });

  test("has no rule that no mutant breaks, except those about invalid input", () => {
    const broken = new Set([...brokenBy.values()].flat());
    const idle = rulesFor(undefined).flatMap(({ name }) => (broken.has(name) ? [] : [name]));
    expect(idle.filter((name) => !name.endsWith("is refused, and changes nothing"))).toEqual([]);
  });
});
