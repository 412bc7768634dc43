import { formatValue } from "../format-value.ts";

const ELEMENTS = 3;
const LETTERS = 120;

/**
 * A value in a few words, for the label of a bar: `increment 5` for `{ type: "increment", amount: 5 }`, and `value 5` for
 * `{ value: 5, results: […], replayed: false }`.
 */
export function brief(value: unknown, depth = 0): string {
  if (typeof value === "string") return value.slice(0, LETTERS);
  if (typeof value !== "object" || value === null) return formatValue(value);
  if (depth > 3) return "…";
  if (Array.isArray(value)) {
    const shown = value.slice(0, ELEMENTS).map((each) => brief(each, depth + 1));
    return [...shown, ...(value.length > ELEMENTS ? [`… (${value.length})`] : [])].join(", ");
  }
  const { type, ...others } = value as Readonly<Record<string, unknown>>; // an object, which is only read
  if (typeof type === "string") {
    return [type, ...Object.values(others).map((each) => brief(each, depth + 1))].join(" ");
  }
  const [first] = Object.values(value);
  if (Array.isArray(first)) return brief(first, depth + 1);
  const simple = Object.entries(value).filter(([, each]) => typeof each !== "object" && each !== false);
  if (simple.length === 0) return formatValue(value);
  return simple
    .slice(0, ELEMENTS)
    .map(([key, each]) => `${key} ${brief(each)}`)
    .join(", ");
}
