const MAX_LENGTH = 80;

/** A value as a person would write it, cut to a line; never throws, whatever it is given. */
export function described(value: unknown): string {
  const text = written(value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

function written(value: unknown): string {
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
