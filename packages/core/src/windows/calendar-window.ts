import * as Instant from "temporal-polyfill/fns/Instant";
import * as PlainDate from "temporal-polyfill/fns/PlainDate";
import * as ZonedDateTime from "temporal-polyfill/fns/ZonedDateTime";
import { CounterError } from "../counter-error.ts";
import { parseInput } from "../parse-input.ts";
import { parser, rule, strictObject } from "../parser.ts";
import type { CounterWindow, WindowPeriod } from "../window.ts";

const PERIODS = ["minute", "hour", "day", "week", "month"] as const;

/** Options of {@link calendarWindow}. */
export interface CalendarWindowOptions {
  /** How long a window is. */
  readonly per: (typeof PERIODS)[number];
  /** The IANA name of the time zone whose calendar counts, such as `"Europe/Zurich"`; by default `"UTC"`. */
  readonly timeZone?: string | undefined;
  /** For `per: "week"`: the first day of the week, from 0, Sunday, to 6, Saturday; by default 1, Monday. */
  readonly weekStartsOn?: number | undefined;
  /**
   * For `per: "month"`: the day of the month on which a window starts, from 1 to 31; by default 1. In a month without that day,
   * the window starts on its last day: with 31, on 28 February and on 31 March.
   */
  readonly anchorDay?: number | undefined;
}

const whole = (least: number, most: number) =>
  parser<number>(
    (n) => Number.isInteger(n) && Number(n) >= least && Number(n) <= most,
    `pass a whole number from ${least} to ${most}`,
  );

const optionsParser = strictObject<CalendarWindowOptions>(
  {
    per: parser<CalendarWindowOptions["per"]>(
      (per) => PERIODS.some((one) => one === per),
      'pass "minute", "hour", "day", "week" or "month"',
    ),
  },
  {
    timeZone: parser<string>(isTimeZone, 'pass an IANA time zone, such as "Europe/Zurich"'),
    weekStartsOn: whole(0, 6),
    anchorDay: whole(1, 31),
  },
  [
    rule(
      ({ per, weekStartsOn }) => weekStartsOn === undefined || per === "week",
      'pass "weekStartsOn" only with per: "week"',
    ),
    rule(
      ({ per, anchorDay }) => anchorDay === undefined || per === "month",
      'pass "anchorDay" only with per: "month"',
    ),
  ],
);

function isTimeZone(name: unknown): boolean {
  if (typeof name !== "string") return false;
  try {
    return zoned(0, name).timeZoneId !== "";
  } catch {
    return false;
  }
}

/**
 * Windows of the calendar: minutes, hours, days, weeks or months in a time zone. Days have 23 or 25 hours where daylight saving
 * begins or ends. Hours and minutes are those of the time zone's clock, so in India hours start at half past in UTC; an hour
 * that the clock repeats is two windows.
 *
 * Needs the package `temporal-polyfill`, an optional peer dependency of this one.
 *
 * @throws CounterError `invalid-input`
 * @example
 * ```ts
 * const window = calendarWindow({ per: "month", timeZone: "Europe/Zurich", anchorDay: 31 });
 * const store = createDynamoDBCounterStore({ client, tableName, window, limits: { max: 1_000 } });
 * const { remaining, resetsAt } = await store.apply({ id: "customer-7", commands: [increment()], idempotencyKey, issuedAt });
 * ```
 */
export function calendarWindow(options: CalendarWindowOptions): CounterWindow {
  const {
    per,
    timeZone = "UTC",
    weekStartsOn = 1,
    anchorDay = 1,
  } = parseInput(optionsParser, options, "window");
  const { timeZoneId } = zoned(0, timeZone); // in the spelling of the database
  const name = `${per} ${timeZoneId}`;
  const byClock = (unit: number) => remembered((ms) => clockPeriod(ms, unit, timeZoneId));
  const byDates = (dates: Dates) => remembered((ms) => datePeriod(ms, dates, timeZoneId));
  switch (per) {
    case "minute":
      return { name, at: byClock(60_000) };
    case "hour":
      return { name, at: byClock(3_600_000) };
    case "day":
      return { name, at: byDates(DAYS) };
    case "week":
      return { name: `${name} ${weekStartsOn}`, at: byDates(weeksFrom(weekStartsOn)) };
    case "month":
      return { name: `${name} ${anchorDay}`, at: byDates(monthsFrom(anchorDay)) };
  }
}

/** Less than 100,000,000 days, which Date ends with. */
const LAST_MS = 8.639e15;

/** Most requests fall in the same window as the one before. */
function remembered(find: (ms: number) => WindowPeriod): (ms: number) => WindowPeriod {
  let last: WindowPeriod = { startsAt: 0, endsAt: 0 };
  return (input) => {
    const ms = Math.floor(input);
    if (!(Math.abs(ms) < LAST_MS)) {
      throw new CounterError(
        "invalid-input",
        `ms is ${input}; pass milliseconds since 1970, before the year 275760.`,
      );
    }
    if (ms < last.startsAt || ms >= last.endsAt) last = find(ms);
    return last;
  };
}

/** An hour or a minute of the clock. Where the clock is set forward or back, one window ends and another begins. */
function clockPeriod(ms: number, unit: number, timeZone: string): WindowPeriod {
  const offset = offsetAt(ms, timeZone);
  const local = ms + offset;
  let startsAt = ms - (local - Math.floor(local / unit) * unit);
  let endsAt = startsAt + unit;
  if (offsetAt(startsAt, timeZone) !== offset) startsAt = transition(ms + 1, "previous", timeZone);
  if (offsetAt(endsAt - 1, timeZone) !== offset) endsAt = transition(ms, "next", timeZone);
  return { startsAt, endsAt };
}

function offsetAt(ms: number, timeZone: string): number {
  return ZonedDateTime.offsetNanoseconds(zoned(ms, timeZone)) / 1_000_000;
}

/** The nearest instant strictly before or after another at which the time zone's offset changed. */
function transition(ms: number, direction: "previous" | "next", timeZone: string): number {
  const found = ZonedDateTime.getTimeZoneTransition(zoned(ms, timeZone), direction);
  return (found as ZonedDateTime.Record).epochMilliseconds; // there is one: the offset has just been found to change
}

/** How a calendar divides days into windows. */
interface Dates {
  /** The first day of the window that has a day. */
  readonly first: (date: PlainDate.Record) => PlainDate.Record;
  /** The first day of the window after the one that starts on `first`. */
  readonly next: (first: PlainDate.Record) => PlainDate.Record;
}

const DAYS: Dates = { first: (date) => date, next: (first) => PlainDate.addDays(first, 1) };

function weeksFrom(weekStartsOn: number): Dates {
  return {
    first: (date) => PlainDate.subtractDays(date, (PlainDate.dayOfWeek(date) - weekStartsOn + 7) % 7),
    next: (first) => PlainDate.addDays(first, 7),
  };
}

function monthsFrom(anchorDay: number): Dates {
  // A month that is too short has its last day instead.
  const anchorOf = (month: PlainDate.Record) => PlainDate.withDayOfMonth(month, anchorDay);
  const monthAfter = (date: PlainDate.Record, months: number) =>
    PlainDate.addMonths(PlainDate.startOfMonth(date), months);
  return {
    first: (date) => {
      const anchor = anchorOf(date);
      return PlainDate.compare(date, anchor) < 0 ? anchorOf(monthAfter(date, -1)) : anchor;
    },
    next: (first) => anchorOf(monthAfter(first, 1)),
  };
}

/** A window of whole days, from the first moment of its first day to the first moment of the next window's. */
function datePeriod(ms: number, { first, next }: Dates, timeZone: string): WindowPeriod {
  const startOf = (date: PlainDate.Record) => PlainDate.toZonedDateTime(date, timeZone).epochMilliseconds;
  let date = first(ZonedDateTime.toPlainDate(zoned(ms, timeZone)));
  // Where a clock is set back over midnight, the day before comes again after the first moment of a day; it belongs to that day.
  while (startOf(next(date)) <= ms) date = next(date);
  return { startsAt: startOf(date), endsAt: startOf(next(date)) };
}

function zoned(ms: number, timeZone: string): ZonedDateTime.Record {
  return Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(ms), timeZone);
}
