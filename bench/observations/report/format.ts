const UNITS: readonly (readonly [number, string])[] = [
  [1e9, " G"],
  [1e6, " M"],
  [1e3, " k"],
];

/** At most three significant digits, with k, M and G from 10,000 on. */
export function significant(value: number): string {
  const size = Math.abs(value);
  const [unit, suffix] = (size >= 10_000 && UNITS.find(([unit]) => size >= unit)) || [1, ""];
  const scaled = value / unit;
  if (Math.abs(scaled) >= 100) return `${Math.round(scaled).toLocaleString("en-US")}${suffix}`;
  return `${Number(scaled.toPrecision(3))}${suffix}`;
}

/** `$8.45`, `$11,759.13`; small amounts keep two significant digits. */
export function dollars(value: number): string {
  if (value === 0) return "$0";
  const cents = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return value >= 0.1 ? `$${value.toLocaleString("en-US", cents)}` : `$${Number(value.toPrecision(2))}`;
}

/** `1.2 %` of a fraction; a fraction that is not 0 is never shown as 0. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  return `${Number(value >= 0.1 ? value.toFixed(1) : value.toPrecision(1))} %`;
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
