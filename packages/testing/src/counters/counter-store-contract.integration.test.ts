import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { execPath } from "node:process";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { ContractOptions, ContractRunner, CreateStore } from "./contract/contract.ts";
import { createHoldMutant, HOLD_MUTANTS } from "./contract/hold-mutants.fixture.ts";
import { MUTANTS, type Mutant } from "./contract/mutants.fixture.ts";
import { MutantStore } from "./contract/mutant-store.fixture.ts";
import { counterStoreContract } from "./counter-store-contract.ts";

const bugs = Object.keys(MUTANTS) as Mutant[]; // the keys that it was written with
const brokenBy = new Map<Mutant | undefined, readonly string[]>();
for (const bug of [undefined, ...bugs]) {
  brokenBy.set(bug, await brokenRules((options) => new MutantStore(bug, options)));
}
const brokenByHolds = new Map<string | undefined, readonly string[]>();
for (const bug of [undefined, ...Object.keys(HOLD_MUTANTS)]) {
  const { createStore, advanceTime } = createHoldMutant(bug);
  brokenByHolds.set(bug, await brokenRules(createStore, { capabilities: ["holds"], advanceTime }));
}

describe("the contract", () => {
  test("accepts a store without a mutation", () => {
    expect(brokenBy.get(undefined)).toEqual([]);
  });

  test.for(bugs)("rejects a store that %s", (bug) => {
    expect(brokenBy.get(bug)).toContainEqual(expect.stringContaining(MUTANTS[bug]));
  });

  test("accepts a store with holds without a mutation", () => {
    expect(brokenByHolds.get(undefined)).toEqual([]);
  });

  test.for(Object.entries(HOLD_MUTANTS))("rejects a store that %s", ([bug, { breaks }]) => {
    expect(brokenByHolds.get(bug)).toContainEqual(breaks);
  });

  test("has no rule that no mutant breaks, except some rules about invalid input", () => {
    const broken = new Set([...brokenBy.values(), ...brokenByHolds.values()].flat());
    const idle = namesOfRules({ capabilities: ["getMany", "holds"] }).filter((name) => !broken.has(name));
    expect(idle.filter((name) => !/is refused|every capability/u.test(name))).toEqual([]);
  });

  test("has a unique name for each rule", () => {
    const names = namesOfRules({ capabilities: ["getMany", "holds"] });
    expect(new Set(names).size).toBe(names.length);
  });

  test("runs under node:test, which names the rules that a wrong store breaks", async () => {
    const program = spawn(execPath, [
      "--test-reporter=tap",
      "--input-type=module",
      "--eval",
      UNDER_NODE_TEST,
    ]);
    const [report, [code]] = await Promise.all([text(program.stdout), once(program, "exit")]);
    expect(report).toMatch(new RegExp(`^# tests ${2 * namesOfRules().length}$`, "m"));
    expect(report).toMatch(/^# fail 1$/m);
    expect(report).toMatch(/^ *not ok \d+ - deleting a counter that does not exist does nothing$/m);
    expect(code).toBe(1);
  });
});

const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
const UNDER_NODE_TEST = `
  import assert from "node:assert/strict";
  import { describe, test } from "node:test";
  import { counterStoreContract } from ${source("counter-store-contract.ts")};
  import { MutantStore } from ${source("contract/mutant-store.fixture.ts")};
  const expect = (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) });
  const runner = { describe, test, expect };
  counterStoreContract(runner, (options) => new MutantStore(undefined, options), { capabilities: ["getMany"] });
  counterStoreContract(runner, (options) => new MutantStore("fails to delete what is not there", options), { capabilities: ["getMany"] });
`;

interface Law {
  readonly name: string;
  readonly body: () => Promise<void>;
}

function namesOfRules(options?: ContractOptions): string[] {
  return lawsFor(() => new MutantStore(undefined), options).map(({ name }) => name);
}

async function brokenRules(createStore: CreateStore, options?: ContractOptions): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, body } of lawsFor(createStore, options)) await body().catch(() => broken.push(name));
  return broken;
}

function lawsFor(createStore: CreateStore, options: ContractOptions = { capabilities: ["getMany"] }): Law[] {
  const laws: Law[] = [];
  // The smallest runner there can be: with it the contract is known to lean on no other.
  const runner: ContractRunner = {
    describe: (_name, body) => body(),
    test: (name, body) => laws.push({ name, body }),
    expect: (actual) => ({ toEqual: (expected) => assert.deepEqual(actual, expected) }),
  };
  counterStoreContract(runner, createStore, options);
  return laws;
}
