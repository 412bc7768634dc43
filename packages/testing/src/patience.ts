/** Real time between two looks at the clock, in milliseconds. */
const LOOK_MS = 100;

/**
 * Calls back after so many milliseconds of real time in which the event loop has turned. It ends a hang. On a machine so busy
 * that this process does not run, nothing hangs, and no time passes: each look counts a tenth of a second at most.
 *
 * @param milliseconds from 1
 * @returns a function that cancels it
 */
export function afterPatience(milliseconds: number, callback: () => void): () => void {
  let left = milliseconds;
  let timer = setTimeout(look, Math.min(left, LOOK_MS));
  function look() {
    left -= LOOK_MS;
    if (left <= 0) callback();
    else timer = setTimeout(look, Math.min(left, LOOK_MS));
  }
  return () => clearTimeout(timer);
}
