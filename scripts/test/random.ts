/** The seed of this run. The same seed draws the same histories: `TEST_SEED=… pnpm test`. */
export const testSeed = Number(process.env["TEST_SEED"] ?? 0);

/** By how much `pnpm test:soak` multiplies the number of random histories; 1 elsewhere. */
const soakFactor = Number(process.env["SOAK_FACTOR"] ?? 1);

/** How many random runs a test makes: `fc.assert(property, { numRuns: randomRuns(300) })`. */
export function randomRuns(count: number): number {
  return count * soakFactor;
}
