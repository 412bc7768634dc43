import {
  createDynamoDBCounterStore,
  ensureCounterTable,
  type DynamoDBCounterStoreOptions,
} from "@durable-counter/dynamodb";
import type { DynamoDBEngine } from "@durable-counter/testing/dynamodb";
import { countOne } from "../contenders/count-one.ts";
import { localDynamoDB, withDynamoDB } from "../contenders/shared-dynamodb.ts";
import type { BenchRunner } from "../measure/runner.ts";
import type { Bench } from "../measure/bench.ts";
import { digits } from "../measure/figures.ts";
import { progressOnStderr } from "../measure/progress.ts";
import type { Row } from "../measure/report.ts";
import { watchRequests } from "../measure/requests.ts";

const WRITERS = 64;

/** Sequential commands of a writer. */
const COMMANDS = { full: 10, quick: 2 };
type Size = keyof typeof COMMANDS;

interface Setup {
  readonly name: string;
  readonly options: Pick<DynamoDBCounterStoreOptions, "idempotency" | "shards">;
  /** Requests per command. */
  readonly atMost?: number;
  readonly needsTransactions?: boolean;
}

const SETUPS: readonly Setup[] = [
  { name: "inline", options: { idempotency: { strategy: "inline" } }, atMost: 1.05 },
  { name: "auto", options: {} },
  { name: "separate-item", options: { idempotency: { strategy: "separate-item" } }, needsTransactions: true },
  { name: "8 shards", options: { shards: 8 } },
];

export const hotKey: Bench = {
  title: `${WRITERS} writers at once on one counter`,
  contenders: Object.fromEntries(
    SETUPS.flatMap((setup) =>
      (["full", "quick"] as const).map((size) => [
        `${setup.name}, ${size}`,
        { run: () => writeAll(setup, size) },
      ]),
    ),
  ),
  measure: async (runner) => {
    const rows = await withDynamoDB("dynalite", (engine) => rowsOf(runner, engine));
    // Where Java is missing this is dynalite again.
    const more = await withDynamoDB("auto", async (engine) =>
      engine === "dynalite" ? [] : await rowsOf(runner, engine),
    );
    return {
      head: ["", "engine", "requests per command"],
      rows: [...rows, ...more],
    };
  },
};

async function rowsOf(runner: BenchRunner, engine: DynamoDBEngine): Promise<readonly Row[]> {
  const size = runner.effort.isConclusive ? "full" : "quick";
  const progress = progressOnStderr(`hot-key on ${engine}: set-ups`, SETUPS.length);
  const rows: Row[] = [];
  for (const { name, atMost, needsTransactions } of SETUPS) {
    if (needsTransactions && engine === "dynalite") {
      rows.push({ cells: [name, engine, "needs transactions"] });
      continue;
    }
    const [requests] = (await runner.results(`${name}, ${size}`)) as readonly [number]; // of writeAll
    rows.push({
      cells: [name, engine, digits(requests)],
      ...(atMost !== undefined && { target: { measured: requests, bound: "at most", limit: atMost } }),
    });
    progress(rows.length);
  }
  runner.stop(); // their processes have the endpoint of the engine that stops now
  return rows;
}

/**
 * Requests per command.
 *
 * @throws Error where the counter does not end at the number of commands
 */
async function writeAll({ name, options }: Setup, size: Size): Promise<number> {
  const client = localDynamoDB();
  const tableName = "hot-key";
  await ensureCounterTable(client, tableName);
  const store = createDynamoDBCounterStore({ client, tableName, ...options });
  const requests = watchRequests(client);
  const write = async (writer: number) => {
    for (let command = 0; command < COMMANDS[size]; command++)
      await countOne(store, name, `${writer}/${command}`);
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  const { sent } = requests;
  const commands = WRITERS * COMMANDS[size];
  const value = await store.get(name, { consistent: true });
  if (value !== commands) throw new Error(`"${name}" ends at ${value} after ${commands} commands.`);
  return sent / commands;
}
