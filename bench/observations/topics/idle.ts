import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { durableCounter } from "@durable-counter/durable";
import { estimateCost, simulate, US_EAST_1 } from "@durable-counter/testing";
import { z } from "zod";
import { createStore } from "../measure/simulated-store.ts";
import { defineObservation } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { dollars, significant, whole } from "../report/format.ts";

const HOUR = 3_600;
const WAITS = { "an hour": HOUR, "a day": 24 * HOUR, "a month": 30 * 24 * HOUR };
const MILLION = 1e6;

const Row = z.strictObject({
  backend: z.string(),
  wait: z.string(),
  seconds: z.int(),
  /** What the wait adds, beside the two commands around it. */
  added: z.strictObject({ operations: z.int(), invocations: z.int(), bytes: z.int(), dollars: z.number() }),
  /** What an ordinary function of 128 MB would cost that stays running for so long, in invocations of 15 minutes. */
  running: z.number(),
});
type Row = z.infer<typeof Row>;

export const idle = defineObservation({
  name: "idle",
  title: "Idle time: what a counter costs that waits",
  schema: z.array(Row).min(1),
  measure: async (_effort, seed) => {
    const rows: Row[] = [];
    for (const backend of ["execution", "DynamoDB, durable steps"]) {
      for (const [wait, seconds] of Object.entries(WAITS)) {
        const [waiting, straight] = [
          await measureWait(backend, seconds, seed),
          await measureWait(backend, 0, seed),
        ];
        rows.push({
          backend,
          wait,
          seconds,
          added: {
            operations: waiting.chargedOperations - straight.chargedOperations,
            invocations: waiting.invocations - straight.invocations,
            bytes: waiting.bytes - straight.bytes,
            dollars: waiting.dollars - straight.dollars,
          },
          running: (seconds * 128 * US_EAST_1.gigabyteSecond) / 1_024,
        });
      }
    }
    return rows;
  },
  describe: (rows) => [
    text(
      "A durable function that waits is not running: a wait adds the same operations and invocations however long it is. " +
        `**Break-even**: a wait is cheaper than a function of 128 MB that stays running from ${significant(Math.max(...rows.map(({ added, running, seconds }) => added.dollars / (running / seconds))))} seconds on. A counter in DynamoDB, ` +
        "without a durable function, bills nothing between commands but the storage of one small item.",
    ),
    table(
      [
        "backend",
        "waits",
        "operations added",
        "invocations added",
        "bytes added",
        "dollars for a million waits",
        "a function that stays running, one wait",
      ],
      rows.map(({ backend, wait, added, running }) => [
        backend,
        wait,
        whole(added.operations),
        whole(added.invocations),
        whole(added.bytes),
        dollars(added.dollars * MILLION),
        dollars(running),
      ]),
    ),
    text(
      "The checkpoints of an open execution are stored too: $0.15 for a gigabyte and a month, which for the few hundred bytes of a short execution is less than " +
        "$0.0001 for a thousand executions.",
    ),
  ],
});

async function measureWait(backend: string, seconds: number, seed: number) {
  const store = backend === "execution" ? undefined : await createStore({ seed });
  const handler = withDurableExecution(async (_event: unknown, context) => {
    const counter = durableCounter(context, store === undefined ? {} : { store, id: "waiting" });
    await counter.increment();
    if (seconds > 0) await context.wait("until later", { seconds });
    await counter.increment();
  });
  const simulation = await simulate(handler);
  const { chargedOperations, dollars } = estimateCost(simulation);
  return { chargedOperations, dollars, invocations: simulation.invocations, bytes: simulation.bytesWritten };
}
