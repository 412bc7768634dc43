const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;

/** `58 ms`, `1.5 s`, `2 min 5 s`, `30 d`: at most two units. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${round(milliseconds / 1_000)} s`;
  const parts: string[] = [];
  let rest = Math.round(milliseconds / 1_000) * 1_000;
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** `at +5 s for 30 d` */
export function timesOf(times: readonly number[], start: number, end: number | undefined): string {
  const at = (times[start] ?? 0) - (times[0] ?? 0);
  const began = at === 0 ? "at the start" : `at +${formatDuration(at)}`;
  if (end === undefined) return began;
  const took = (times[end] ?? 0) - (times[start] ?? 0);
  return took === 0 ? began : `${began} for ${formatDuration(took)}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
