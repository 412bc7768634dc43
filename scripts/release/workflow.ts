import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { parse } from "yaml";

/** A step of a job, as far as it is run. */
export interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A job of a workflow, as far as it is run. */
export interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** A workflow of GitHub Actions, as far as it is run. */
export interface Workflow {
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Reads a workflow, which actionlint has found to be one. */
export function parseWorkflow(text: string): Workflow {
  return parse(text) as Workflow; // `pnpm check:workflows` says so
}

/** What expressions can read, such as `needs.version.outputs.changesets`. */
export interface Contexts {
  readonly [name: string]: string | Contexts;
}

/** Evaluates an expression as GitHub does, with GitHub's own parser. */
function evaluate(expression: string, contexts: Contexts) {
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), []).parse();
  return new Evaluator(tree, dictionaryOf(contexts)).evaluate();
}

function dictionaryOf(contexts: Contexts): data.Dictionary {
  const pairs = Object.entries(contexts).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? new data.StringData(value) : dictionaryOf(value),
  }));
  return new data.Dictionary(...pairs);
}

/** Whether a job or a step runs, by its `if`. */
export function isEnabled(condition: string | undefined, contexts: Contexts): boolean {
  const expression = condition?.replace(/^\$\{\{([\s\S]*)\}\}$/u, "$1");
  if (expression === undefined) return true;
  const result = evaluate(expression, contexts);
  // As `if` does: false, 0, null and the empty text are false.
  return !["false", "0", ""].includes(result.coerceString());
}

/** A text in which each `${{ … }}` is replaced by its value. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{([\s\S]*?)\}\}/gu, (_all, expression: string) =>
    evaluate(expression, contexts).coerceString(),
  );
}
