import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { simulateWithCrashes, type DurableHandler } from "@durable-counter/testing";
import {
  createSimulatedDynamoDB,
  EVERY_FAULT,
  type SimulatedDynamoDB,
} from "@durable-counter/testing/dynamodb";
import { amountOf, counterOf, timesCounted } from "../../contenders/peers/amounts.ts";
import { countErrors, type CountErrors } from "../../contenders/peers/count-errors.ts";
import { simulatedWorld } from "./simulated-world.ts";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { createItemTable, readValue } from "../subjects/item-table.ts";
import type { CountEvent, DurableSubject, StatelessSubject, Subject } from "../subjects/subject.ts";

/** The faults that the network has by default are a fifth of all requests. */
const DEFAULT_RATE = Object.values(EVERY_FAULT).reduce((sum, probability) => sum + probability, 0);
/** A process passes about four points at which it can die for each request that meets the network. */
export const DEATHS_PER_FAULT = 0.25;
const MAX_DELIVERIES = 30;
const REDELIVERY_MS = 2_000;

export interface Faults {
  /** The part of requests to DynamoDB that meet a fault, 0 to 0.4. */
  readonly rate: number;
  readonly commands: number;
  readonly seed: number;
}

export interface Counted extends CountErrors {
  readonly requests: number;
  readonly deaths: number;
}

/** Counts with faults of the network and processes that die, and compares every command with the value that is left. */
export async function countUnderFaults(subject: Subject, { rate, commands, seed }: Faults): Promise<Counted> {
  const dynamodb = createSimulatedDynamoDB({
    seed,
    faults: faultsOf(rate),
    operations: ["UpdateItem", "PutItem", "GetItem", "TransactWriteItems"],
  });
  await createItemTable(dynamodb.client());
  await ensureCounterTable(dynamodb.client(), COUNTER_TABLE);
  const counters = Array.from({ length: counterOf(commands - 1) + 1 }, (_, counter) => counter);
  const run: Run = {
    dynamodb,
    commands,
    seed,
    chance: rate * DEATHS_PER_FAULT,
    deaths: 0,
    acknowledged: [],
    results: [],
  };
  // One after the other, because a durable execution takes a real moment: several would meet the same faults in another order.
  for (const counter of counters) {
    if (subject.kind === "stateless") await deliverAll(subject, counter, run);
    else await execute(subject, counter, run);
  }
  const requests = Object.entries(dynamodb.network.requests).reduce(
    (sum, [operation, sent]) => (/Table|TimeToLive/u.test(operation) ? sum : sum + sent),
    0,
  );
  dynamodb.network.disableFaults();
  await dynamodb.clock.untilIdle(); // late duplicates
  await dynamodb.network.drain();
  const values = await Promise.all(counters.map((counter) => valueOf(run, counter)));
  return { ...countErrors(timesCounted(values, commands), run.acknowledged), requests, deaths: run.deaths };
}

/** All faults, each as likely among them as by default. */
export function faultsOf(rate: number): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(EVERY_FAULT).map(([fault, probability]) => [fault, (probability * rate) / DEFAULT_RATE]),
  );
}

interface Run {
  readonly dynamodb: SimulatedDynamoDB;
  readonly commands: number;
  readonly seed: number;
  /** That a process dies at each point where it can. */
  readonly chance: number;
  deaths: number;
  readonly acknowledged: boolean[];
  /** Values of counters that are in no table. */
  readonly results: number[];
}

const idOf = (counter: number) => `counter-${counter}`;

function commandsOf(counter: number, commands: number): readonly number[] {
  return Array.from({ length: commands }, (_, command) => command).filter(
    (command) => counterOf(command) === counter,
  );
}

/** Delivers each event again until it is acknowledged, as a queue does; a new process takes the place of one that died. */
async function deliverAll(subject: StatelessSubject, counter: number, run: Run): Promise<void> {
  let process = startProcess(subject, run);
  for (const command of commandsOf(counter, run.commands)) {
    const id = idOf(counter);
    const event = { id, amount: amountOf(command), idempotencyKey: `${id}/${command}` };
    for (let delivery = 0; delivery < MAX_DELIVERIES && run.acknowledged[command] !== true; delivery++) {
      if (delivery > 0) await run.dynamodb.clock.sleep(REDELIVERY_MS);
      const outcome = await Promise.race([process.handle(event), process.died]);
      if (outcome === "acknowledged") run.acknowledged[command] = true;
      if (outcome === "died") {
        run.deaths++;
        process = startProcess(subject, run);
      }
    }
  }
}

/** A process that dies by chance before or after each request: then its code goes on no more. */
function startProcess(subject: StatelessSubject, { dynamodb, chance }: Run) {
  const client = dynamodb.client();
  const { promise: died, resolve } = Promise.withResolvers<"died">();
  const passPoint = async () => {
    if (dynamodb.random() >= chance) return;
    resolve("died");
    await new Promise(() => {}); // for ever
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      await passPoint();
      const reply = await next(args);
      await passPoint();
      return reply;
    },
    { step: "initialize", name: "death" },
  );
  const count = subject.connect({ client, world: simulatedWorld(dynamodb) });
  const handle = async (event: CountEvent) => {
    try {
      await count(event);
      return "acknowledged" as const;
    } catch {
      return "failed" as const; // few errors tell what happened, so the queue delivers again after any
    }
  };
  return { died, handle };
}

async function execute(subject: DurableSubject, counter: number, run: Run): Promise<void> {
  const { dynamodb, chance, seed } = run;
  const handler = subject.connect({
    client: dynamodb.client(),
    world: simulatedWorld(dynamodb),
  }) as DurableHandler<number>; // or of nothing
  const commands = commandsOf(counter, run.commands);
  const payload = { id: idOf(counter), amounts: commands.map((command) => amountOf(command)) };
  const simulation = await simulateWithCrashes(handler, { payload, chance, seed: seed * 100_000 + counter });
  run.deaths += simulation.crashes;
  if (subject.valueIn === "result") run.results[counter] = simulation.result ?? 0;
  // A command whose step succeeded was acknowledged; a result that is lost with its execution is not.
  const done = subject.valueIn === "result" && simulation.status === "FAILED" ? [] : simulation.operations;
  for (const [index, command] of commands.entries()) {
    run.acknowledged[command] = done[index]?.status === "SUCCEEDED";
  }
}

async function valueOf({ dynamodb, results }: Run, counter: number): Promise<number> {
  const [id, result] = [idOf(counter), results[counter]];
  if (result !== undefined) return result;
  const client = dynamodb.client();
  const store = createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE, ...simulatedWorld(dynamodb) });
  // A subject writes to one of the tables.
  return (await readValue(client, id)) + (await store.get(id, { consistent: true }));
}
