import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomRuns } from "../../../../scripts/test/random.ts";
import { firstDayOf, localDate, offsetOf, runningDate } from "./local-dates.fixture.ts";
import { CounterError, CounterWindow, type ApplyRequest, type CounterStore } from "../index.ts";
import { calendarWindow, type CalendarWindowOptions } from "./index.ts";
import { useQuota } from "./quick-start.fixture.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const utc = (text: string) => Date.parse(text);

/** Time zones, and instants near which their clocks change; some of them at midnight, by half an hour, or by a day. */
const ZONES = {
  UTC: ["2024-02-29T00:00Z"],
  "Europe/Zurich": ["2025-03-30T01:00Z", "2025-10-26T01:00Z"],
  "America/New_York": ["2025-03-09T07:00Z", "2025-11-02T06:00Z"],
  "America/St_Johns": ["2006-04-02T03:31Z", "2006-10-29T02:31Z"],
  "America/Sao_Paulo": ["2018-11-04T03:00Z", "2018-02-18T02:00Z"],
  "America/Havana": ["2024-03-10T05:00Z", "2024-11-03T05:00Z"],
  "Australia/Lord_Howe": ["2025-10-04T15:30Z", "2025-04-05T15:00Z"],
  "Antarctica/Troll": ["2025-03-30T01:00Z", "2025-10-26T01:00Z"],
  "Pacific/Apia": ["2011-12-30T10:00Z"],
  "Africa/Monrovia": ["1972-01-07T00:44:30Z"],
  "Asia/Kolkata": ["2025-01-01T00:00Z"],
} as const;

const zones = Object.keys(ZONES) as (keyof typeof ZONES)[]; // the keys that it was written with
const instantIn = (zone: keyof typeof ZONES) =>
  fc.oneof(
    fc.integer({ min: 0, max: utc("2100-01-01T00:00Z") }),
    fc
      .tuple(fc.constantFrom(...ZONES[zone]), fc.integer({ min: -2 * DAY, max: 2 * DAY }))
      .map(([near, by]) => utc(near) + by),
    fc
      .tuple(fc.constantFrom(...ZONES[zone]), fc.integer({ min: -2, max: 2 }))
      .map(([at, by]) => utc(at) + by),
  );
const zoneAndInstant = fc
  .constantFrom(...zones)
  .chain((timeZone) => fc.record({ timeZone: fc.constant(timeZone), ms: instantIn(timeZone) }));
const period: fc.Arbitrary<Omit<CalendarWindowOptions, "timeZone">> = fc.oneof(
  fc.constantFrom("minute" as const, "hour" as const, "day" as const).map((per) => ({ per })),
  fc.nat({ max: 6 }).map((weekStartsOn) => ({ per: "week" as const, weekStartsOn })),
  fc.integer({ min: 1, max: 31 }).map((anchorDay) => ({ per: "month" as const, anchorDay })),
);

test("the example of the documentation tells what remains of a month, and when the next begins", async () => {
  const results: object[] = [{ value: 1, remaining: 999, resetsAt: 5 }];
  const applied: ApplyRequest[] = [];
  const apply = async (request: ApplyRequest) => {
    applied.push(request);
    const result = results.pop();
    if (result === undefined) throw new CounterError("limit-exceeded", "Full.", { details: { resetsAt: 5 } });
    return result;
  };
  const store: Pick<CounterStore, "apply"> = { apply: apply as CounterStore["apply"] };
  const use = () => useQuota(store as CounterStore, "customer-7", { id: "request-1", at: 1 });
  expect([await use(), await use()]).toEqual([
    { remaining: 999, resetsAt: 5 },
    { remaining: 0, resetsAt: 5 },
  ]);
  expect(applied[0]).toMatchObject({ window: { name: "month Europe/Zurich 31" }, issuedAt: 1 });
});

describe("a calendar window", () => {
  test("is one of windows that tile time: every instant is in exactly one", () => {
    fc.assert(
      fc.property(zoneAndInstant, period, ({ timeZone, ms }, options) => {
        const { at } = calendarWindow({ ...options, timeZone });
        const { startsAt, endsAt } = at(ms);
        expect(startsAt <= ms && ms < endsAt).toBe(true);
        expect([startsAt % 1_000, endsAt % 1_000].map(Math.abs)).toEqual([0, 0]);
        // Asked of new windows, which remember nothing.
        const fresh = (instant: number) => calendarWindow({ ...options, timeZone }).at(instant);
        expect([fresh(startsAt), fresh(endsAt - 1)]).toEqual([at(ms), at(ms)]);
        expect([fresh(endsAt).startsAt, fresh(startsAt - 1).endsAt]).toEqual([endsAt, startsAt]);
      }),
      { numRuns: randomRuns(300) },
    );
  });

  test("of days, weeks or months has the days that Intl says, and no others", () => {
    const dates = period.filter(({ per }) => per !== "minute" && per !== "hour");
    fc.assert(
      fc.property(zoneAndInstant, dates, fc.nat({ max: 70 * DAY }), ({ timeZone, ms }, options, later) => {
        const { at } = calendarWindow({ ...options, timeZone });
        const firstDay = (instant: number) => firstDayOf(runningDate(instant, timeZone), options);
        const isSame = firstDay(ms) === firstDay(ms + later);
        expect(at(ms + later).startsAt === at(ms).startsAt).toBe(isSame);
        const { startsAt } = at(ms);
        // A day that does not exist, as 30 December 2011 in Samoa, starts with the day after it.
        expect(localDate(startsAt, timeZone) >= firstDay(ms)).toBe(true);
        expect(localDate(startsAt - 1, timeZone) < firstDay(ms)).toBe(true);
      }),
      { numRuns: randomRuns(200) },
    );
  });

  test("of hours or minutes starts and ends on the clock, or where the clock is changed", () => {
    fc.assert(
      fc.property(zoneAndInstant, fc.constantFrom("minute", "hour"), ({ timeZone, ms }, per) => {
        const { startsAt, endsAt } = calendarWindow({ per, timeZone }).at(ms);
        const unit = per === "hour" ? HOUR : 60_000;
        expect(endsAt - startsAt).toBeLessThanOrEqual(unit);
        const offsetChanges = (instant: number) =>
          offsetOf(instant - 1_000, timeZone) !== offsetOf(instant, timeZone);
        const isOnClock = (instant: number) => (instant + offsetOf(instant, timeZone)) % unit === 0;
        for (const edge of [startsAt, endsAt]) expect(isOnClock(edge) || offsetChanges(edge)).toBe(true);
        const offsets = [startsAt, ms, endsAt - 1].map((instant) => offsetOf(instant, timeZone));
        expect(new Set(offsets).size).toBe(1);
        if (!offsetChanges(startsAt) && !offsetChanges(endsAt)) expect(endsAt - startsAt).toBe(unit);
      }),
      { numRuns: randomRuns(300) },
    );
  });

  const boundaries = (options: CalendarWindowOptions, from: string, count: number) => {
    const { at } = calendarWindow(options);
    const starts: string[] = [];
    for (let { startsAt, endsAt } = at(utc(from)); starts.length < count; { startsAt, endsAt } = at(endsAt))
      starts.push(new Date(startsAt).toISOString().replace(":00.000Z", "Z"));
    return starts;
  };

  test("per month starts on its anchor day, or on the last day of a month that is too short", () => {
    expect(boundaries({ per: "month", anchorDay: 31 }, "2024-01-31T00:00Z", 5)).toEqual([
      "2024-01-31T00:00Z",
      "2024-02-29T00:00Z",
      "2024-03-31T00:00Z",
      "2024-04-30T00:00Z",
      "2024-05-31T00:00Z",
    ]);
    expect(boundaries({ per: "month", anchorDay: 30 }, "2025-02-01T00:00Z", 3)).toEqual([
      "2025-01-30T00:00Z",
      "2025-02-28T00:00Z",
      "2025-03-30T00:00Z",
    ]);
    expect(boundaries({ per: "month", timeZone: "Europe/Zurich" }, "2025-03-10T00:00Z", 2)).toEqual([
      "2025-02-28T23:00Z",
      "2025-03-31T22:00Z",
    ]);
  });

  test("per week starts on Monday, or on the day that is asked for", () => {
    const start = (weekStartsOn?: number) =>
      boundaries({ per: "week", weekStartsOn }, "2026-11-25T12:00Z", 1)[0]; // a Wednesday
    expect(start()).toBe("2026-11-23T00:00Z");
    expect(start(0)).toBe("2026-11-22T00:00Z");
    expect(start(3)).toBe("2026-11-25T00:00Z");
    expect(start(4)).toBe("2026-11-19T00:00Z");
  });

  test.each([
    ["Europe/Zurich", "2025-03-30T12:00Z", 23],
    ["Europe/Zurich", "2025-10-26T12:00Z", 25],
    ["Australia/Lord_Howe", "2025-10-04T20:00Z", 23.5],
    ["America/Sao_Paulo", "2018-11-04T12:00Z", 23],
    ["America/Havana", "2024-11-03T12:00Z", 25],
    ["America/St_Johns", "2006-10-29T12:00Z", 25],
    ["Pacific/Apia", "2011-12-29T12:00Z", 24],
  ])("per day in %s at %s has %d hours", (timeZone, at, hours) => {
    const { startsAt, endsAt } = calendarWindow({ per: "day", timeZone }).at(utc(at));
    expect((endsAt - startsAt) / HOUR).toBe(hours);
  });

  test("per hour has two windows for an hour that the clock repeats, and follows the clock of its time zone", () => {
    expect(boundaries({ per: "hour", timeZone: "Europe/Zurich" }, "2025-10-26T00:00Z", 3)).toEqual([
      "2025-10-26T00:00Z",
      "2025-10-26T01:00Z",
      "2025-10-26T02:00Z",
    ]);
    expect(boundaries({ per: "hour", timeZone: "Asia/Kolkata" }, "2025-01-01T00:00Z", 1)).toEqual([
      "2024-12-31T23:30Z",
    ]);
    expect(boundaries({ per: "hour", timeZone: "Australia/Lord_Howe" }, "2025-04-05T14:00Z", 3)).toEqual([
      "2025-04-05T14:00Z",
      "2025-04-05T15:00Z",
      "2025-04-05T15:30Z",
    ]);
  });

  test("per day does not go back to the day before where a clock is set back over midnight", () => {
    const { at } = calendarWindow({ per: "day", timeZone: "America/St_Johns" });
    const midnight = utc("2006-10-29T02:30Z");
    expect(localDate(midnight, "America/St_Johns")).toBe("2006-10-29");
    expect(localDate(midnight + 15 * 60_000, "America/St_Johns")).toBe("2006-10-28");
    expect(at(midnight + 15 * 60_000)).toEqual({ startsAt: midnight, endsAt: midnight + 25 * HOUR });
  });

  test("has a name that tells its definition, with defaults and spelling of the time zone filled in", () => {
    expect(calendarWindow({ per: "day" }).name).toBe("day UTC");
    expect(calendarWindow({ per: "week", timeZone: "europe/zurich" }).name).toBe("week Europe/Zurich 1");
    expect(calendarWindow({ per: "month", anchorDay: 31 }).name).toBe("month UTC 31");
    expect(CounterWindow.safeParse(calendarWindow({ per: "minute" })).success).toBe(true);
  });

  test.each([Number.NaN, Infinity, Number.MAX_SAFE_INTEGER])("refuses %d, which is no time", (ms) => {
    for (const per of ["hour", "month"] as const)
      expect(() => calendarWindow({ per }).at(ms)).toThrow(
        `ms is ${ms}; pass milliseconds since 1970, before the year 275760. [invalid-input]`,
      );
  });

  test.each([
    [{ per: "year" }, 'window.per is "year"; pass "minute", "hour", "day", "week" or "month"'],
    [{ per: "day", timeZone: "Mars/Olympus" }, 'window.timeZone is "Mars/Olympus"; pass an IANA time zone'],
    [{ per: "day", timeZone: 1 }, "window.timeZone is 1; pass an IANA time zone"],
    [{ per: "month", anchorDay: 32 }, "window.anchorDay is 32; pass a whole number from 1 to 31"],
    [{ per: "month", anchorDay: 0 }, "window.anchorDay is 0; pass a whole number from 1 to 31"],
    [{ per: "week", weekStartsOn: 7 }, "window.weekStartsOn is 7; pass a whole number from 0 to 6"],
    [{ per: "day", weekStartsOn: 1 }, 'pass "weekStartsOn" only with per: "week"'],
    [{ per: "week", anchorDay: 1 }, 'pass "anchorDay" only with per: "month"'],
    [
      { per: "day", zone: "UTC" },
      'window has the unknown key "zone"; pass an object with "per" and optionally "timeZone"',
    ],
  ])("refuses %j", (options, message) => {
    // The options are wrong on purpose.
    expect(() => calendarWindow(options as CalendarWindowOptions)).toThrow(message);
  });
});
