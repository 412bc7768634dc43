import { dynaliteModule } from "../dynalite-modules.ts";
import { fulfils, type Comparisons, type Expression } from "./condition.ts";
import { memoise, type ExpressionParser } from "./memoised-parser.ts";
import { tableNotFound, type StoredItem, type TableDescription, type TableStore } from "./table-store.ts";

/** A request's body, and what dynalite adds to it: its parsed expressions. */
export type Input = Readonly<Record<string, unknown>>;

/** How DynamoDB refuses a request. */
export interface Refusal {
  readonly statusCode: number;
  readonly body: { readonly __type: string; readonly message?: string; readonly [more: string]: unknown };
}

export type Outcome = { readonly result: object } | { readonly refusal: Refusal };

/** The item that a request is about. */
export interface FoundItem {
  readonly table: TableDescription;
  /** The internal key. */
  readonly key: string;
  /** The item as it is, if it exists. */
  readonly before: StoredItem | undefined;
}

/** What dynalite knows of DynamoDB apart from its server and its database: its rules, expressions and actions. */
export interface DynaliteActions {
  /** Checks a body as DynamoDB does, and parses its expressions. */
  validate(action: string, body: Input): { readonly input: Input } | { readonly refusal: Refusal };
  /** Carries out what was validated. */
  run(action: string, input: Input): Outcome;
  /** Finds the item that a validated request names by its `Key`, or by the keys of its `Item`. */
  find(input: Input): FoundItem | { readonly refusal: Refusal };
  /** Whether an item fulfils a condition. */
  fulfils(item: StoredItem, condition: Expression): boolean;
  /** The attributes of an item that a projection asks for. */
  project(paths: readonly unknown[], item: StoredItem): object;
  /** What is wrong with a number, if something is; it is written as DynamoDB writes it. */
  checkValue(value: Readonly<Record<string, unknown>>): string | undefined;
}

interface Validations {
  checkTypes(body: Input, types: object): Input;
  checkValidations(input: Input, types: object, custom: unknown, store: TableStore): void;
  validateAttributeValue(value: Readonly<Record<string, unknown>>): string | null | undefined;
}

interface Database extends Comparisons {
  createKey(attributes: StoredItem, table: TableDescription): string;
  validateKey(key: unknown, table: TableDescription): Refusal | null | undefined;
  validateItem(item: unknown, table: TableDescription): Refusal | null | undefined;
  mapPaths(paths: readonly unknown[], item: StoredItem): object;
}

type Action = (
  store: TableStore,
  input: Input,
  done: (error: Partial<Refusal> | null, result?: object) => void,
) => void;

const PARSERS = ["conditionParser", "updateParser", "projectionParser"];

/** Binds dynalite's actions to a store that calls back at once. */
export function dynaliteActions(store: TableStore): DynaliteActions {
  // Dynalite has no types; these are what its version 4 exports.
  const validations = dynaliteModule("validations") as Validations;
  const database = dynaliteModule("db") as Database;
  for (const parser of PARSERS) memoise(dynaliteModule(`db/${parser}`) as ExpressionParser);
  return {
    validate(action, body) {
      const { types, custom } = dynaliteModule(`validations/${action}`) as {
        types: object;
        custom?: unknown;
      };
      try {
        const input = validations.checkTypes({ ...body }, types);
        validations.checkValidations(input, types, custom, store);
        return { input };
      } catch (error) {
        if (isRefusal(error)) return { refusal: error };
        throw error;
      }
    },
    run(action, input) {
      let outcome: Outcome | undefined;
      let failure: unknown;
      (dynaliteModule(`actions/${action}`) as Action)(store, input, (error, result = {}) => {
        if (error === null || error === undefined) outcome = { result };
        else if (isRefusal(error)) outcome = { refusal: error };
        else failure = error;
      });
      store.flushStreams();
      if (outcome !== undefined) return outcome;
      throw failure ?? new Error(`dynalite's ${action} did not end at once.`);
    },
    find({ TableName, Key, Item }) {
      const table = store.tables.get(String(TableName));
      if (table === undefined) return { refusal: tableNotFound() };
      const isItem = Key === undefined;
      const refusal = isItem ? database.validateItem(Item, table) : database.validateKey(Key, table);
      if (refusal) return { refusal };
      const key = database.createKey((Key ?? Item) as StoredItem, table); // it was validated
      return { table, key, before: store.getItemDb(table.TableName).peek(key) };
    },
    fulfils: (item, condition) => fulfils(item, condition, database),
    project: (paths, item) => database.mapPaths(paths, item),
    checkValue: (value) => validations.validateAttributeValue(value) ?? undefined,
  };
}

export function validationError(message: string): Refusal {
  return { statusCode: 400, body: { __type: "com.amazon.coral.validate#ValidationException", message } };
}

export function serviceError(name: string, message: string, more: object = {}): Refusal {
  return { statusCode: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, ...more } };
}

/** The error's name as the SDK tells it: `ValidationException`. */
export function nameOf({ body }: Refusal): string {
  return body.__type.split("#")[1] ?? body.__type;
}

function isRefusal(error: unknown): error is Refusal {
  return typeof error === "object" && error !== null && "statusCode" in error && "body" in error;
}
