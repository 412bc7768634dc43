import { increment } from "@durable-counter/core";
import { createDynamoDBCounterStore, ensureCounterTable } from "@durable-counter/dynamodb";
import { startFaultyNetwork } from "@durable-counter/testing/dynamodb";
import { startWriters, type Writing, type Written } from "../contenders/contention/writers.ts";
import { localDynamoDB, sharedEndpoint, withDynamoDB } from "../contenders/shared-dynamodb.ts";
import type { Bench } from "../measure/bench.ts";
import { digits } from "../measure/figures.ts";
import { progressOnStderr } from "../measure/progress.ts";
import type { Row } from "../measure/report.ts";

const PROCESSES = { full: 64, quick: 4 };

/** Sequential commands of a process. */
const COMMANDS = { full: 10, quick: 2 };

/** From a Lambda to DynamoDB and back. */
const LATENCY_MS = 10;

interface Setup {
  readonly name: string;
  readonly strategy: Writing["strategy"];
  /** Whether the counter has keys in items of their own before. */
  readonly isFenced?: boolean;
  readonly isJudged?: boolean;
}

const SETUPS: readonly Setup[] = [
  { name: "inline", strategy: "inline" },
  { name: "auto", strategy: "auto", isJudged: true },
  { name: "auto, keys were moved", strategy: "auto", isFenced: true, isJudged: true },
  { name: "separate-item", strategy: "separate-item" },
];

export const contention: Bench = {
  title: `${PROCESSES.full} processes at once on one counter, ${LATENCY_MS} ms from the engine`,
  contenders: {},
  measure: async ({ effort }) => {
    const size = effort.isConclusive ? "full" : "quick";
    return withDynamoDB("auto", async (engine) => {
      const setups = SETUPS.filter(
        ({ name }) => engine !== "dynalite" || name === "inline" || name === "auto",
      );
      const rows: Row[] = [];
      const progress = progressOnStderr(`contention on ${engine}: set-ups`, setups.length);
      // A delay without any other fault is a distance.
      await using network = await startFaultyNetwork(sharedEndpoint(), {
        faults: { delay: 1 },
        delayMs: { min: LATENCY_MS, max: LATENCY_MS },
      });
      const writers = await startWriters(PROCESSES[size]);
      try {
        for (const setup of setups) {
          const commands = PROCESSES[size] * COMMANDS[size];
          const { requests, givenUp } = await write(setup, network.endpoint, size, writers);
          const perCommand = requests / commands;
          rows.push({
            cells: [setup.name, digits(perCommand), `${givenUp} of ${commands}`],
            ...(setup.isJudged && {
              target: { measured: givenUp > 0 ? Infinity : perCommand, bound: "at most", limit: 2 },
            }),
          });
          progress(rows.length);
        }
      } finally {
        writers.stop();
      }
      return { head: ["", "requests per command", "given up"], rows };
    });
  },
};

/** @throws Error where the counter does not end at the number of commands that were acknowledged */
async function write(
  { name, strategy, isFenced = false }: Setup,
  endpoint: string,
  size: keyof typeof COMMANDS,
  writers: Awaited<ReturnType<typeof startWriters>>,
): Promise<Written> {
  const client = localDynamoDB();
  const tableName = "contention";
  await ensureCounterTable(client, tableName);
  const store = createDynamoDBCounterStore({ client, tableName, idempotency: { strategy: "separate-item" } });
  if (isFenced) await store.apply({ id: name, commands: [increment()], idempotencyKey: "first" });
  const written = await writers.writeAll({
    endpoint,
    tableName,
    id: name,
    strategy,
    commands: COMMANDS[size],
  });
  const value = await store.get(name, { consistent: true });
  const counted = PROCESSES[size] * COMMANDS[size] - written.givenUp + (isFenced ? 1 : 0);
  client.destroy();
  if (value < counted) throw new Error(`"${name}" ends at ${value} after ${counted} commands that counted.`);
  return written;
}
