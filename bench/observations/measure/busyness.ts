import { availableParallelism, loadavg } from "node:os";

/** How many processes wanted to run on each core in the last minute; 0 on Windows, which does not tell. */
export function busyness(): number {
  const [lastMinute = 0] = loadavg();
  return lastMinute / availableParallelism();
}
