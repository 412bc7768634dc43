import {
  createDynamoDBCounterStore,
  ensureCounterTable,
  type DynamoDBCounterStoreOptions,
} from "@durable-counter/dynamodb";
import type { DynamoDBEngine } from "@durable-counter/testing/dynamodb";
import { countOne } from "../contenders/count-one.ts";
import { localDynamoDB, withDynamoDB } from "../contenders/shared-dynamodb.ts";
import type { Arena } from "../measure/arena.ts";
import type { Bench } from "../measure/bench.ts";
import { digits } from "../measure/figures.ts";
import { progressOnStderr } from "../measure/progress.ts";
import type { Row } from "../measure/report.ts";
import { watchRequests } from "../measure/requests.ts";

const WRITERS = 64;

/** Commands of a writer, one after the other. */
const COMMANDS = { full: 10, quick: 2 };
type Size = keyof typeof COMMANDS;

interface Way {
  readonly name: string;
  readonly options: Pick<DynamoDBCounterStoreOptions, "idempotency" | "shards">;
  /** Requests per command. */
  readonly atMost?: number;
  readonly needsTransactions?: boolean;
}

const WAYS: readonly Way[] = [
  { name: "inline", options: { idempotency: { strategy: "inline" } }, atMost: 1.05 },
  { name: "auto", options: {} },
  { name: "separate-item", options: { idempotency: { strategy: "separate-item" } }, needsTransactions: true },
  { name: "8 shards", options: { shards: 8 } },
];

export const hotKey: Bench = {
  title: `${WRITERS} writers at once on one counter`,
  contenders: Object.fromEntries(
    WAYS.flatMap((way) =>
      (["full", "quick"] as const).map((size) => [
        `${way.name}, ${size}`,
        { run: () => writeAll(way, size) },
      ]),
    ),
  ),
  measure: async (arena) => {
    const rows = await withDynamoDB("dynalite", (engine) => rowsOf(arena, engine));
    // Where Java is missing this is dynalite again.
    const more = await withDynamoDB("auto", async (engine) =>
      engine === "dynalite" ? [] : await rowsOf(arena, engine),
    );
    return {
      head: ["", "engine", "requests per command"],
      rows: [...rows, ...more],
    };
  },
};

async function rowsOf(arena: Arena, engine: DynamoDBEngine): Promise<readonly Row[]> {
  const size = arena.effort.isConclusive ? "full" : "quick";
  const progress = progressOnStderr(`hot-key on ${engine}: ways`, WAYS.length);
  const rows: Row[] = [];
  for (const { name, atMost, needsTransactions } of WAYS) {
    if (needsTransactions && engine === "dynalite") {
      rows.push({ cells: [name, engine, "needs transactions"] });
      continue;
    }
    const [requests] = (await arena.results(`${name}, ${size}`)) as readonly [number]; // of writeAll
    rows.push({
      cells: [name, engine, digits(requests)],
      ...(atMost !== undefined && { target: { measured: requests, bound: "at most", limit: atMost } }),
    });
    progress(rows.length);
  }
  arena.dismiss(); // these know the engine that ends now
  return rows;
}

/**
 * Requests per command.
 *
 * @throws Error where the counter does not end at the number of commands
 */
async function writeAll({ name, options }: Way, size: Size): Promise<number> {
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
