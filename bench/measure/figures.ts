/** Formats a number with three significant digits, the precision of a bench. */
export function digits(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en-US");
  return Number(value.toPrecision(3)).toString();
}

/** Formats milliseconds in the most readable unit. */
export function duration(ms: number): string {
  if (ms >= 1_000) return `${digits(ms / 1_000)} s`;
  return ms >= 1 ? `${digits(ms)} ms` : `${digits(ms * 1_000)} µs`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
