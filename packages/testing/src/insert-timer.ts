/**
 * Inserts a timer into a list that has the latest first, so that the next one is popped. Timers of one moment are popped
 * in the order they were inserted.
 */
export function insertTimer<T extends { readonly due: number }>(timers: T[], timer: T): void {
  let [low, high] = [0, timers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timers[middle]!.due > timer.due) low = middle + 1;
    else high = middle;
  }
  timers.splice(low, 0, timer);
}
