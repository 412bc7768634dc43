import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { relative } from "node:path";
import fc from "fast-check";
import { beforeEach, expect } from "vitest";
import { seededRandom } from "../../packages/testing/src/seeded-random.ts";
import { randomRuns, testSeed } from "./random.ts";

const FAST_CHECK_DEFAULT_RUNS = 100;

fc.configureGlobal({ seed: testSeed, numRuns: randomRuns(FAST_CHECK_DEFAULT_RUNS) });

/**
 * The seed determines the random keys and waits of the code under test as well: what a key is decides where it is stored
 * and when it moves. No two tests have a key in common, since they may share a table.
 */
let source = sourceFor("the set-up of a file");
beforeEach(() => {
  source = sourceFor(expect.getState().currentTestName ?? "");
});

Math.random = () => source.number(0, 2 ** 32 - 1) / 2 ** 32;
crypto.randomUUID = randomUUID;
globalThis.crypto.randomUUID = randomUUID;
syncBuiltinESMExports();

function randomUUID(): ReturnType<typeof crypto.randomUUID> {
  const digits = crypto.hash("sha1", `${source.name} ${source.uuids++}`);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

function sourceFor(test: string) {
  const name = `${testSeed} ${relative(process.cwd(), expect.getState().testPath ?? "")} ${test}`;
  return { name, uuids: 0, number: seededRandom(crypto.hash("sha1", name, "buffer").readInt32BE()) };
}
