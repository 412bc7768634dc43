import type { StoredItem } from "./table-store.ts";

/** An attribute's value, such as `{ N: "5" }`. */
export type Value = Readonly<Record<string, unknown>>;

/** A path such as `["value"]`, a value, or the size of a path. */
type Operand = readonly (string | number)[] | Value | Expression;

/** A condition as dynalite's parser returns it. */
export interface Expression {
  readonly type: string;
  /** Of a function. */
  readonly name?: string;
  readonly args: readonly Operand[];
}

/** How dynalite reads paths and compares values. */
export interface Comparisons {
  mapPath(path: readonly (string | number)[], item: StoredItem): Value | undefined;
  compare(operator: string, value: Value | undefined, others: readonly (Value | undefined)[]): boolean;
}

/**
 * Whether an item fulfils a condition. dynalite's own evaluation takes two attributes that are both missing for equal;
 * in DynamoDB a missing attribute fulfils no comparison but `<>`.
 */
export function fulfils(item: StoredItem, condition: Expression, comparisons: Comparisons): boolean {
  const { type, args, name = type } = condition;
  // What connects conditions has conditions as its arguments.
  const inner = (index: number) => fulfils(item, args[index] as Expression, comparisons);
  if (type === "and") return inner(0) && inner(1);
  if (type === "or") return inner(0) || inner(1);
  if (type === "not") return !inner(0);
  const [value, ...others] = args.map((operand) => resolve(operand, item, comparisons));
  if (type !== "function" && [value, ...others].includes(undefined)) return type === "<>";
  const compare = (operator: string, other: Value | undefined) =>
    comparisons.compare(operator, value, [other]);
  // dynalite takes an empty text for a missing attribute in these two.
  if (type === "between") return compare(">=", others[0]) && compare("<=", others[1]);
  if (type === "in") return others.some((other) => compare("=", other));
  return comparisons.compare(name, value, others);
}

function resolve(operand: Operand, item: StoredItem, comparisons: Comparisons): Value | undefined {
  if (isPath(operand)) return comparisons.mapPath(operand, item) ?? undefined;
  if (operand["type"] !== "function") return operand as Value;
  const [value] = (operand as Expression).args.map((each) => resolve(each, item, comparisons)); // of size()
  const [content] = Object.values(value ?? {});
  if (typeof content === "string") return { N: String(Buffer.byteLength(content)) };
  if (typeof content !== "object" || content === null) return undefined;
  return { N: String(Object.keys(content).length) };
}

function isPath(operand: Operand): operand is readonly (string | number)[] {
  return Array.isArray(operand);
}
