import { PutItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { increment, type BatchResult, type CounterStore } from "@durable-counter/core";
import { durableCounter } from "@durable-counter/durable";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { recordHistory, simulate, type CounterOperation } from "@durable-counter/testing";
import { createSimulatedDynamoDB, type SimulatedDynamoDB } from "@durable-counter/testing/dynamodb";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { createItemTable, ITEM_TABLE, keyOf, readValue } from "../subjects/item-table.ts";
import { add } from "../subjects/plain-add.ts";
import { simulatedWorld } from "./simulated-world.ts";

const ID = "cart-7";
const CALLERS = 4;
const CALLS = 4;

type Add = (amount: number) => Promise<BatchResult>;

/** Adds on several callers at once, and returns what each saw. The network loses and repeats messages. */
export const recordedPrograms: Readonly<
  Record<string, (seed: number) => Promise<readonly CounterOperation[]>>
> = {
  execution: async () => {
    let history: readonly CounterOperation[] = [];
    const handler = withDurableExecution(async (_event: unknown, context) => {
      const counter = durableCounter(context);
      history = await record((amount) => counter.batch([increment(amount)]));
    });
    await simulate(handler);
    return history;
  },
  DynamoDB: async (seed) => {
    const { store } = await createStore(seed);
    return record((amount) => store.apply({ id: ID, commands: [increment(amount)] }));
  },
  "DynamoDB, durable steps": async (seed) => {
    const { store } = await createStore(seed);
    return record(async (amount) => {
      const handler = withDurableExecution((_event: unknown, context) =>
        durableCounter(context, { store, id: ID }).batch([increment(amount)]),
      );
      const { result, error } = await simulate<BatchResult>(handler);
      if (result === undefined) throw new Error(error?.message);
      return result;
    });
  },
  "plain ADD": async (seed) => {
    const { client } = await createTable(seed);
    return record(async (amount) => answerOf(await add(client, ID, amount), amount));
  },
  "read, then write": async (seed) => {
    const { client } = await createTable(seed);
    return record(async (amount) => answerOf(await readThenWrite(client, amount), amount));
  },
};

/** The calls of several callers, as a history. A call that throws has an unknown outcome. */
async function record(apply: Add): Promise<readonly CounterOperation[]> {
  const unsupported = () => Promise.reject(new Error("The program only adds."));
  const store: CounterStore = {
    apply: async ({ commands: [command] }) => {
      const amount = command?.type === "increment" ? command.amount : 0;
      return { ...(await apply(amount)), replayed: false };
    },
    get: unsupported,
    delete: unsupported,
    list: async function* list() {},
  };
  const recording = recordHistory(store);
  const call = async (caller: number) => {
    for (let n = 1; n <= CALLS; n++) {
      try {
        await recording.as(`caller ${caller}`).apply({ id: ID, commands: [increment(n)] });
      } catch {
        // Recorded as unknown.
      }
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller + 1)));
  return recording.history;
}

function faulty(seed: number): SimulatedDynamoDB {
  return createSimulatedDynamoDB({
    seed,
    faults: { "reset-after": 0.1, duplicate: 0.05, "reset-before": 0.05 },
    operations: ["UpdateItem", "PutItem"],
  });
}

async function createStore(seed: number): Promise<{ readonly store: CounterStore }> {
  const dynamodb = faulty(seed);
  const client = dynamodb.client();
  await ensureCounterTable(client, COUNTER_TABLE);
  return {
    store: createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE, ...simulatedWorld(dynamodb) }),
  };
}

async function createTable(seed: number): Promise<{ readonly client: DynamoDBClient }> {
  const client = faulty(seed).client();
  await createItemTable(client);
  return { client };
}

async function readThenWrite(client: DynamoDBClient, amount: number): Promise<number> {
  const value = (await readValue(client, ID)) + amount;
  await client.send(
    new PutItemCommand({ TableName: ITEM_TABLE, Item: { ...keyOf(ID), value: { N: String(value) } } }),
  );
  return value;
}

function answerOf(value: number, amount: number): BatchResult {
  return { value, results: [{ type: "increment", before: value - amount, after: value }] };
}
