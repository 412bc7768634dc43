import type { CalendarWindowOptions } from "./index.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(ms: number, timeZone: string): Record<string, string> {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
}

/** The date of an instant in a time zone, as Intl says: `2026-11-30`. */
export function localDate(ms: number, timeZone: string): string {
  const { year, month, day } = parts(ms, timeZone);
  return `${year}-${month}-${day}`;
}

/** The offset of a time zone from UTC, as Intl says, in milliseconds. */
export function offsetOf(ms: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = parts(ms, timeZone);
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return local - Math.floor(ms / 1_000) * 1_000;
}

/** The latest date up to an instant: where a clock is set back over midnight, a date does not come again. */
export function runningDate(ms: number, timeZone: string): string {
  let latest = localDate(ms, timeZone);
  for (let minutes = 1; minutes <= 130; minutes++) {
    const date = localDate(ms - minutes * 60_000, timeZone);
    if (date > latest) latest = date;
  }
  return latest;
}

/** The first day of the window that has a date, by arithmetic on dates alone. */
export function firstDayOf(
  date: string,
  { per, weekStartsOn = 1, anchorDay = 1 }: Omit<CalendarWindowOptions, "timeZone">,
): string {
  const day = new Date(`${date}T00:00Z`);
  if (per === "week") day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() - weekStartsOn + 7) % 7));
  if (per === "month") {
    const anchorIn = (year: number, month: number) =>
      Date.UTC(year, month, Math.min(anchorDay, new Date(Date.UTC(year, month + 1, 0)).getUTCDate()));
    const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
    const anchor = anchorIn(year, month);
    day.setTime(anchor <= day.getTime() ? anchor : anchorIn(year, month - 1));
  }
  return day.toISOString().slice(0, 10);
}
