export { calendarWindow, type CalendarWindowOptions } from "./calendar-window.ts";
