import {
  dynaliteActions,
  nameOf,
  serviceError,
  validationError,
  type DynaliteActions,
  type Input,
  type Outcome,
  type Refusal,
} from "./dynalite-actions.ts";
import { conditionalWrite, readMany } from "./single-item.ts";
import { createTableStore, tableNotFound, type StoredItem, type TableDescription } from "./table-store.ts";
import { transactGet, transactWrite } from "./transaction.ts";

/** What the engine answers a request. */
export interface EngineReply {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

/** A DynamoDB in memory. It carries out one request at a time, at once, and never waits. */
export interface SimulatedEngine {
  /** @param body the request's JSON */
  execute(operation: string, body: string): EngineReply;
  /** Deletes the items whose time to live has passed; DynamoDB does so some time after. */
  deleteExpired(): void;
}

/** dynalite's actions by operation. */
const PLAIN = { GetItem: "getItem", DescribeTable: "describeTable", BatchWriteItem: "batchWriteItem" };
const CONDITIONAL = { PutItem: "putItem", UpdateItem: "updateItem", DeleteItem: "deleteItem" };
const FILTERED = { Query: "query", Scan: "scan" };

/** For how long DynamoDB recognises a transaction by its ClientRequestToken. */
const TOKEN_MS = 600_000;

/**
 * @param now the time in milliseconds since 1970
 * @param transactions whether it has them; DynamoDB has, dynalite has not
 */
export function createSimulatedEngine(now: () => number, transactions: boolean): SimulatedEngine {
  const store = createTableStore(checkNumbers);
  const actions = dynaliteActions(store);
  const timeToLive = new Map<string, string>();
  const tokens = new Map<string, { readonly request: string; readonly until: number }>();

  const validated = (action: string, body: Input, run: (input: Input) => Outcome): Outcome => {
    const checked = actions.validate(action, body);
    return "refusal" in checked ? checked : run(checked.input);
  };

  const each = (
    names: Readonly<Record<string, string>>,
    run: (action: string) => (input: Input) => Outcome,
  ) =>
    Object.fromEntries(
      Object.entries(names).map(([operation, action]) => [
        operation,
        (body: Input) => validated(action, body, run(action)),
      ]),
    );

  const ofTable = (body: Input, run: (table: TableDescription) => object): Outcome => {
    const name = String(body["TableName"]);
    const table = store.tables.get(name);
    return table === undefined ? { refusal: tableNotFound(name) } : { result: run(table) };
  };

  const operations: Readonly<Record<string, (body: Input) => Outcome>> = {
    ...each(PLAIN, (action) => (input) => actions.run(action, input)),
    ...each(FILTERED, (action) => (input) => readMany(action, input, actions)),
    ...each(CONDITIONAL, (action) => (input) => {
      const item = actions.find(input);
      return "refusal" in item ? item : conditionalWrite(action, input, item.before, actions);
    }),
    BatchGetItem: (body) => validated("batchGetItem", body, (input) => batchGet(input, actions)),
    ListTables: () => ({ result: { TableNames: [...store.tables.keys()].toSorted() } }),
    CreateTable: (body) =>
      validated("createTable", body, (input) => {
        const TableName = String(input["TableName"]);
        if (store.tables.has(TableName)) {
          const message = `Table already exists: ${TableName}`;
          return { refusal: serviceError("ResourceInUseException", message) };
        }
        const described = { ...input, TableStatus: "ACTIVE", CreationDateTime: now() / 1_000, ItemCount: 0 };
        store.addTable(described as unknown as TableDescription); // validated: it has keys and a name
        return { result: { TableDescription: described } };
      }),
    DeleteTable: (body) =>
      ofTable(body, (table) => {
        store.removeTable(table.TableName);
        timeToLive.delete(table.TableName);
        return { TableDescription: { ...table, TableStatus: "DELETING" } };
      }),
    UpdateTimeToLive: (body) => {
      const wanted = body["TimeToLiveSpecification"] as { AttributeName: string; Enabled: boolean };
      const name = String(body["TableName"]);
      if (store.tables.has(name) && wanted.Enabled === timeToLive.has(name)) {
        const state = wanted.Enabled ? "enabled" : "disabled";
        return { refusal: validationError(`TimeToLive is already ${state}`) };
      }
      return ofTable(body, ({ TableName }) => {
        if (wanted.Enabled) timeToLive.set(TableName, wanted.AttributeName);
        else timeToLive.delete(TableName);
        return { TimeToLiveSpecification: wanted };
      });
    },
    DescribeTimeToLive: (body) =>
      ofTable(body, ({ TableName }) => {
        const AttributeName = timeToLive.get(TableName);
        const TimeToLiveStatus = AttributeName === undefined ? "DISABLED" : "ENABLED";
        return { TimeToLiveDescription: { TimeToLiveStatus, ...(AttributeName && { AttributeName }) } };
      }),
    ...(transactions && {
      TransactGetItems: (body: Input) => transactGet(body, actions),
      TransactWriteItems: (body: Input) => once(body, () => transactWrite(body, store, actions)),
    }),
  };

  /** A transaction that was carried out is answered again by its token, without being carried out again. */
  const once = ({ ClientRequestToken: token, ...body }: Input, run: () => Outcome): Outcome => {
    if (typeof token !== "string") return run();
    const request = JSON.stringify(body);
    const known = tokens.get(token);
    if (known !== undefined && now() < known.until) {
      if (known.request === request) return { result: {} };
      return { refusal: serviceError("IdempotentParameterMismatchException", "") };
    }
    const outcome = run();
    if ("result" in outcome) tokens.set(token, { request, until: now() + TOKEN_MS });
    return outcome;
  };

  /** The item that refused a write, where the request asks for it. */
  const withItem = (refusal: Refusal, body: Input): Refusal => {
    if (nameOf(refusal) !== "ConditionalCheckFailedException") return refusal;
    if (body["ReturnValuesOnConditionCheckFailure"] !== "ALL_OLD") return refusal;
    const found = actions.find(body);
    const item = "before" in found ? found.before : undefined;
    return item === undefined ? refusal : { ...refusal, body: { ...refusal.body, Item: item } };
  };

  /** What is wrong with the numbers of an item, which an update may have worked out, if something is. */
  function checkNumbers(item: StoredItem, before: StoredItem = {}): Refusal | undefined {
    for (const [name, value] of Object.entries(item)) {
      if (!("N" in value) || value["N"] === before[name]?.["N"]) continue;
      const problem = actions.checkValue({ ...value });
      if (problem !== undefined) return validationError(problem);
    }
    return undefined;
  }

  return {
    execute(operation, text) {
      const run = operations[operation];
      const body = JSON.parse(text) as Input; // the SDK serialised it
      const outcome = run === undefined ? { refusal: UNKNOWN_OPERATION } : run(body);
      if ("result" in outcome) return { status: 200, body: JSON.stringify(outcome.result, withoutNothing) };
      const { statusCode, body: refused } = withItem(outcome.refusal, body);
      return { status: statusCode, body: JSON.stringify(refused) };
    },
    deleteExpired() {
      for (const [name, attribute] of timeToLive) {
        const items = store.getItemDb(name);
        for (const [key, item] of items.entries()) {
          const expires = item[attribute]?.["N"];
          if (expires !== undefined && Number(expires) * 1_000 < now()) items.restore(key, undefined);
        }
      }
    },
  };
}

const UNKNOWN_OPERATION: Refusal = {
  statusCode: 400,
  body: { __type: "com.amazon.coral.service#UnknownOperationException" },
};

interface BatchedKeys {
  readonly Keys: readonly StoredItem[];
}

/** Item by item, in the order of the keys: dynalite's own action shuffles what it finds. */
function batchGet(input: Input, actions: DynaliteActions): Outcome {
  const Responses: Record<string, unknown[]> = {};
  const requests = input["RequestItems"] as Record<string, BatchedKeys>; // as it was validated
  for (const [TableName, { Keys, ...options }] of Object.entries(requests)) {
    const found: unknown[] = (Responses[TableName] = []);
    for (const Key of Keys) {
      const outcome = actions.run("getItem", { ...options, TableName, Key });
      if ("refusal" in outcome) return outcome;
      if ("Item" in outcome.result) found.push(outcome.result.Item);
    }
  }
  return { result: { Responses, UnprocessedKeys: {} } };
}

/** DynamoDB leaves out attributes where there are none to show. */
function withoutNothing(this: unknown, key: string, value: unknown): unknown {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return key === "Attributes" && isEmpty ? undefined : value;
}
