const MAX_LENGTH = 80;

/** Formats any value for a message, as JavaScript would write it, cut after 80 characters. It never throws. */
export function formatValue(value: unknown): string {
  const text = format(value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

function format(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.slice(0, MAX_LENGTH + 1));
    case "bigint":
      return `${value}n`;
    case "function":
      return "a function";
    case "object":
      try {
        return JSON.stringify(value) ?? Object.prototype.toString.call(value);
      } catch {
        return Object.prototype.toString.call(value);
      }
    default:
      return String(value);
  }
}
