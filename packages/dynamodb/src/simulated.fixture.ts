import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  createSimulatedDynamoDB,
  type SimulatedClientSettings,
  type SimulatedDynamoDBOptions,
} from "@durable-counter/testing/dynamodb";
import { createFullStore } from "./full-store.fixture.ts";
import { ensureCounterTable, type DynamoDBCounterStoreOptions, type TableOptions } from "./index.ts";

/** With transactions as DynamoDB has them, and without as dynalite is. */
export const simulatedEngines = [
  { engine: "a simulated DynamoDB", transactions: true },
  { engine: "a simulated DynamoDB without transactions", transactions: false },
] as const;

export const withTransactions = simulatedEngines.filter(({ transactions }) => transactions);

export type SimulatedEngine = (typeof simulatedEngines)[number];

export const strategiesOf = ({ transactions }: Pick<SimulatedEngine, "transactions">) =>
  transactions ? (["inline", "separate-item", "auto"] as const) : (["inline"] as const);

export type Strategy = NonNullable<NonNullable<DynamoDBCounterStoreOptions["idempotency"]>["strategy"]>;

export const tableName = "counters";

/** Faults happen to what a store does, not to what a test sets up; a list that is interrupted starts over. */
const OPERATIONS = [
  "UpdateItem",
  "TransactWriteItems",
  "GetItem",
  "BatchGetItem",
  "DeleteItem",
  "Query",
  "BatchWriteItem",
];

/** A simulated DynamoDB with the counters' table. What stores wait for and draw is simulated as well. */
export async function createSimulation(
  options: SimulatedDynamoDBOptions = {},
  tableOptions: TableOptions = {},
) {
  const db = createSimulatedDynamoDB({ operations: OPERATIONS, ...options });
  const defaultClient = db.client();
  await ensureCounterTable(defaultClient, tableName, tableOptions);
  return {
    ...db,
    createStore: ({
      client = defaultClient,
      clientOptions,
      ...own
    }: Partial<DynamoDBCounterStoreOptions> & {
      readonly client?: DynamoDBClient;
      readonly clientOptions?: SimulatedClientSettings;
    } = {}) =>
      createFullStore({
        client: clientOptions === undefined ? client : db.client(clientOptions),
        tableName,
        timeoutMs: 900_000, // of real time, which has no meaning here
        ...tableOptions,
        now: () => db.clock.now(),
        sleep: (ms, signal) => db.clock.sleep(ms, signal),
        random: () => db.random(),
        ...own,
      }),
  };
}

/** Nothing is under way for any time: the clock moves only when a test moves it. */
export const NO_LATENCY = { min: 0, max: 0 };
