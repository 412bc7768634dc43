import { join } from "node:path";
import { GetDurableExecutionHistoryCommand, type Event, type LambdaClient } from "@aws-sdk/client-lambda";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import {
  startFaultyNetwork,
  type FaultyNetwork,
  type RunningDynamoDB,
} from "@durable-counter/testing/dynamodb";
import { amountOf, counterOf, timesCounted } from "../../contenders/peers/amounts.ts";
import { countErrors } from "../../contenders/peers/count-errors.ts";
import { DEATHS_PER_FAULT, faultsOf, type Counted, type Faults } from "../measure/count-under-faults.ts";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { readValue } from "../subjects/item-table.ts";
import type { NamedSubject } from "../subjects/subjects.ts";
import { REQUEST_TIMEOUT } from "./killable-client.ts";
import { withEmulator, type RunningFunctions } from "./with-emulator.ts";

const FUNCTIONS = join(import.meta.dirname, "functions.ts");
const MAX_DELIVERIES = 30;
/** As in the simulation, a queue delivers again after the time-out of the function: 1,000 ms. */
const REDELIVERY_MS = 1_100;
const WAYS_AT_ONCE = 4;
const COUNTERS_AT_ONCE = 5;

/** Counts with a faulty network and processes that are killed, every way on one engine, and compares each command with the value that is left. */
export async function countInProcesses(
  subjects: readonly NamedSubject[],
  { rate, commands, seed }: Faults,
  db: RunningDynamoDB,
): Promise<ReadonlyMap<string, Counted>> {
  const networks = new Map<string, FaultyNetwork>();
  for (const [index, { functionName }] of subjects.entries()) {
    const network = await startFaultyNetwork(db.endpoint, {
      seed: seed * 100 + index,
      faults: faultsOf(rate),
      operations: ["UpdateItem", "PutItem", "GetItem", "TransactWriteItems"],
      delayMs: { min: 1.2 * REQUEST_TIMEOUT, max: 3 * REQUEST_TIMEOUT },
    });
    networks.set(functionName, network);
  }
  const endpoints = Object.fromEntries([...networks].map(([name, { endpoint }]) => [name, endpoint]));
  const counted = new Map<string, Counted>();
  try {
    const deathChance = rate * DEATHS_PER_FAULT;
    await withEmulator({ file: FUNCTIONS, endpoints, deathChance, seed }, async (running) => {
      await atOnce(WAYS_AT_ONCE, subjects, async (named) => {
        const network = networks.get(named.functionName);
        if (network === undefined) return;
        counted.set(named.name, await countOneWay(named, { rate, commands, network, running, db }));
      });
    });
  } finally {
    await Promise.all(Array.from(networks.values(), (network) => network.stop()));
  }
  return counted;
}

interface Way {
  readonly rate: number;
  readonly commands: number;
  readonly network: FaultyNetwork;
  readonly running: RunningFunctions;
  readonly db: RunningDynamoDB;
}

async function countOneWay({ functionName, subject }: NamedSubject, way: Way): Promise<Counted> {
  const { rate, commands, network, running, db } = way;
  const counters = Array.from({ length: counterOf(commands - 1) + 1 }, (_, counter) => counter);
  const idOf = (counter: number) => `${functionName}-${rate * 100}-${counter}`;
  const acknowledged: boolean[] = [];
  const results: number[] = [];
  let deaths = 0;
  await atOnce(COUNTERS_AT_ONCE, counters, async (counter) => {
    const id = idOf(counter);
    const own = Array.from({ length: commands }, (_, command) => command).filter(
      (command) => counterOf(command) === counter,
    );
    if (subject.kind === "stateless") {
      for (const command of own) {
        const event = { id, amount: amountOf(command), idempotencyKey: `${id}/${command}` };
        for (let delivery = 0; delivery < MAX_DELIVERIES && acknowledged[command] !== true; delivery++) {
          if (delivery > 0) await new Promise((resolve) => setTimeout(resolve, REDELIVERY_MS));
          const { errorType } = await running.invoke(functionName, event);
          if (errorType === undefined) acknowledged[command] = true;
          if (errorType === "Runtime.ExitError") deaths++;
        }
      }
      return;
    }
    const event = { id, amounts: own.map((command) => amountOf(command)) };
    const { result, errorType, arn } = await running.invoke(functionName, event, id);
    const events = await historyOf(running.client, arn);
    deaths += events.filter(isDeath).length;
    const isLost = subject.valueIn === "result" && errorType !== undefined;
    if (subject.valueIn === "result") results[counter] = isLost ? 0 : Number(result);
    const steps = events.filter(({ EventType }) => EventType === "StepSucceeded").length;
    for (const [index, command] of own.entries()) acknowledged[command] = !isLost && index < steps;
  });
  const requests = Object.values(network.requests).reduce((sum, sent) => sum + sent, 0);
  network.disableFaults();
  await network.drain();
  const store = createDynamoDBCounterStore({ client: db.client, tableName: COUNTER_TABLE });
  const values = await Promise.all(
    counters.map(async (counter) => {
      const [id, result] = [idOf(counter), results[counter]];
      if (result !== undefined) return result;
      // A subject writes to one of the tables.
      return (await readValue(db.client, id)) + (await store.get(id, { consistent: true }));
    }),
  );
  return { ...countErrors(timesCounted(values, commands), acknowledged), requests, deaths };
}

async function historyOf(client: LambdaClient, arn: string | undefined): Promise<readonly Event[]> {
  const events: Event[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(
      new GetDurableExecutionHistoryCommand({
        DurableExecutionArn: arn,
        ...(Marker !== undefined && { Marker }),
      }),
    );
    events.push(...(page.Events ?? []));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return events;
}

function isDeath({ InvocationCompletedDetails: details }: Event): boolean {
  return details?.Error?.Payload?.ErrorType === "Runtime.ExitError";
}

async function atOnce<Item>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
