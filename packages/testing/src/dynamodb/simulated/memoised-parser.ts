import type { Value } from "./condition.ts";

/** What an expression refers to, and of it what no expression has used yet. */
interface Context {
  readonly attrNames?: Readonly<Record<string, string>>;
  readonly attrVals?: Readonly<Record<string, Value>>;
  readonly unusedAttrNames: Record<string, unknown>;
  readonly unusedAttrVals: Record<string, unknown>;
  readonly compare: (operator: string, one: Value, other: Value) => boolean;
}

/** A parser of dynalite. */
export interface ExpressionParser {
  parse: (text: string, options: { readonly context: Context }) => unknown;
}

type Fill = (names: Readonly<Record<string, string>>, values: Readonly<Record<string, Value>>) => unknown;

/** A parsed expression whose names and values are left open. */
interface Template {
  readonly fill: Fill;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
  /** The names that the text spells out. */
  readonly words: ReadonlySet<string>;
  /** The bounds of each BETWEEN, which the parser compares. */
  readonly bounds: readonly (readonly [string, string])[];
}

const MAX_TEMPLATES = 1_000;
/** Begins what stands for a name. No expression and no name of a test contains it. */
const MARK = "\0";
const memoised = new WeakSet<ExpressionParser>();

/**
 * Lets a parser of dynalite parse each expression once, whatever its names and values are: parsing takes a quarter of the
 * time of a simulated request. Where the result depends on more, the parser itself is asked.
 */
export function memoise(parser: ExpressionParser): void {
  if (memoised.has(parser)) return;
  memoised.add(parser);
  const { parse } = parser;
  const templates = new Map<string, Template | null>();
  parser.parse = (text, options) => {
    const { context } = options;
    const shape = shapeOf(text, context);
    let template = templates.get(shape);
    if (template === undefined) {
      if (templates.size >= MAX_TEMPLATES) templates.clear();
      template = templateOf(parse, text, context);
      templates.set(shape, template);
    }
    return template === null || !fits(template, context) ? parse(text, options) : fill(template, context);
  };
}

function shapeOf(text: string, { attrNames = {}, attrVals = {} }: Context): string {
  let shape = `${text}\n${Object.keys(attrNames).join()}`;
  for (const [name, value] of Object.entries(attrVals)) shape += `,${name} ${Object.keys(value).join()}`;
  return shape;
}

/** @returns null for an expression that is not valid, or that is valid for some values only */
function templateOf(parse: ExpressionParser["parse"], text: string, context: Context): Template | null {
  if (/attribute_type/iu.test(text)) return null; // its second operand is checked
  const { attrNames = {}, attrVals = {} } = context;
  const open = {
    ...context,
    attrNames: Object.fromEntries(Object.keys(attrNames).map((name) => [name, MARK + name])),
    unusedAttrNames: { ...attrNames },
    unusedAttrVals: { ...attrVals },
  };
  let parsed: unknown;
  try {
    parsed = parse(text, { context: open });
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null) return null; // a text says what is wrong
  const nameOf = new Map(Object.entries(attrVals).map(([name, value]) => [value as unknown, name]));
  const bounds: [string, string][] = [];
  return {
    fill: fillOf(parsed, nameOf, bounds),
    usedNames: Object.keys(attrNames).filter((name) => !(name in open.unusedAttrNames)),
    usedValues: Object.keys(attrVals).filter((name) => !(name in open.unusedAttrVals)),
    words: new Set(text.match(/(?<![#:\w])[a-z_]\w*/giu)),
    bounds,
  };
}

function fillOf(node: unknown, nameOf: ReadonlyMap<unknown, string>, bounds: [string, string][]): Fill {
  const value = nameOf.get(node);
  if (value !== undefined) return (_, values) => values[value];
  if (typeof node === "string" && node.startsWith(MARK)) {
    const name = node.slice(MARK.length);
    return (names) => names[name];
  }
  if (typeof node !== "object" || node === null) return () => node;
  if (Array.isArray(node)) {
    const parts = node.map((part) => fillOf(part, nameOf, bounds));
    return (names, values) => parts.map((part) => part(names, values));
  }
  if ("type" in node && node.type === "between" && "args" in node && Array.isArray(node.args)) {
    const [low, high] = node.args.slice(1).map((bound) => nameOf.get(bound));
    if (low !== undefined && high !== undefined) bounds.push([low, high]);
  }
  const properties = Object.entries(node).map(
    ([key, part]) => [fillOf(key, nameOf, bounds), fillOf(part, nameOf, bounds)] as const,
  );
  const isSet = Object.getPrototypeOf(node) === null; // of attribute names
  return (names, values) => {
    const filled: Record<string, unknown> = isSet ? Object.create(null) : {};
    for (const [key, part] of properties) filled[String(key(names, values))] = part(names, values);
    return filled;
  };
}

/** Whether the parser would find nothing wrong with these names and values either. */
function fits({ words, bounds }: Template, { attrNames = {}, attrVals = {}, compare }: Context): boolean {
  const names = Object.values(attrNames);
  if (new Set(names).size < names.length || names.some((name) => words.has(name))) return false;
  return bounds.every(([low, high]) => !compare("GT", attrVals[low] ?? {}, attrVals[high] ?? {}));
}

function fill(template: Template, context: Context): unknown {
  for (const name of template.usedNames) delete context.unusedAttrNames[name];
  for (const name of template.usedValues) delete context.unusedAttrVals[name];
  return template.fill(context.attrNames ?? {}, context.attrVals ?? {});
}
