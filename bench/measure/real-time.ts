/** The clock for contenders that also wait, in milliseconds. */
export function realTime(): number {
  return performance.now();
}
