import fc from "fast-check";
import { randomRuns, testSeed } from "./random.ts";

const FAST_CHECK_DEFAULT_RUNS = 100;

fc.configureGlobal({ seed: testSeed, numRuns: randomRuns(FAST_CHECK_DEFAULT_RUNS) });
