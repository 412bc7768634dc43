/**
 * Random numbers that are the same for the same seed, so that a failing test can be repeated. The algorithm is
 * mulberry32.
 *
 * @returns a function that returns a whole number from `min` to `max`, both included
 */
export function seededRandom(seed: number): (min: number, max: number) => number {
  let state = seed;
  return (min, max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return min + Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (max - min + 1));
  };
}
