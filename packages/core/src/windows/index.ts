/**
 * Windows: a value per minute, hour, day, week or month. Needs `temporal-polyfill`.
 *
 * @module @durable-counter/core/windows
 */
export { calendarWindow, type CalendarWindowOptions } from "./calendar-window.ts";
