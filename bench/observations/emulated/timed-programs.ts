/** Functions that the emulator runs to be timed. Each export is one function. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { withDurableExecution, type DurableContext } from "@aws/durable-execution-sdk-js";
import { increment } from "@durable-counter/core";
import { durableCounter } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { localClient } from "@durable-counter/testing/dynamodb";
import { watchConsumption } from "../../measure/consumption.ts";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { readValue } from "../subjects/item-table.ts";
import { add } from "../subjects/plain-add.ts";
import { meet } from "./meet.ts";
import { setting } from "./settings.ts";
import { timeOperations } from "./time-operations.ts";
import type { Counted, CountingEvent, OperationsEvent } from "./timed-events.ts";

/** Times single operations, raw ones and logged ones in turn. */
export const operations = withDurableExecution(({ rounds }: OperationsEvent, context) => {
  const { client, store } = connect("auto");
  const raw = (id: string) => ({ read: () => readValue(client, id), write: () => add(client, id, 1) });
  return timeOperations(rounds, { raw, store, context });
});

/** Counts in a function without durable steps. */
export const stateless = async (event: CountingEvent): Promise<Counted> => {
  const { id, way, batch, caller, countsUnits } = event;
  const { client, store } = (countsUnits === true ? connect : connectOnce)(
    way === "DynamoDB, separate items" ? "separate-item" : "auto",
  );
  const commands = Array.from({ length: batch }, () => increment());
  return time(event, client, async (request) => {
    if (way === "plain ADD") return add(client, id, batch);
    const idempotencyKey = `${id}/${caller}/${request}`;
    return (await store.apply({ id, commands, idempotencyKey })).value;
  });
};

/** Counts in durable steps. */
export const durable = withDurableExecution(
  (event: CountingEvent, context: DurableContext): Promise<Counted> => {
    const { id, way, batch, countsUnits } = event;
    const { client, store } = (countsUnits === true ? connect : connectOnce)("auto");
    const counter = durableCounter(context, way === "execution" ? {} : { store, id, name: "counter" });
    const commands = Array.from({ length: batch }, () => increment());
    return time(event, client, async () =>
      batch === 1 ? counter.increment() : (await counter.batch(commands)).value,
    );
  },
);

async function time(
  { requests, caller, meeting, countsUnits }: CountingEvent,
  client: DynamoDBClient,
  send: (request: number) => Promise<number>,
): Promise<Counted> {
  const consumption =
    countsUnits === true ? watchConsumption(client, connect("auto").client) : { writeUnits: 0 };
  if (meeting !== undefined) await meet(setting("folder"), meeting, caller);
  const began = now();
  let value = 0;
  for (let request = 0; request < requests; request++) value = await send(request);
  return { began, ended: now(), writeUnits: consumption.writeUnits, value };
}

/** Milliseconds of the machine's monotonic clock, the same in all processes. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

type Strategy = "auto" | "separate-item";
type Connection = ReturnType<typeof connect>;

function connect(strategy: Strategy) {
  const endpoints = JSON.parse(setting("endpoints")) as Record<string, string>; // of with-emulator.ts
  const client = localClient(endpoints[process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? ""] ?? "");
  const store = createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE, idempotency: { strategy } });
  return { client, store };
}

const connections = new Map<Strategy, Connection>();

/** One connection for the life of the process, as a Lambda function has it. */
function connectOnce(strategy: Strategy): Connection {
  const connection = connections.get(strategy) ?? connect(strategy);
  connections.set(strategy, connection);
  return connection;
}
