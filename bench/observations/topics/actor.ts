import { createCounterHandler } from "@durable-counter/durable";
import { increment } from "@durable-counter/core";
import { simulate } from "@durable-counter/testing";
import { z } from "zod";
import { createStore } from "../measure/simulated-store.ts";
import { defineObservation } from "../observation.ts";
import { table, text } from "../report/block.ts";
import { whole } from "../report/format.ts";
import { ACTOR_POINTS, type Claim } from "./actor-comparison.ts";

const EVENTS = 20;

const cited = ({ text: said, source }: Claim) => `${said} ([source](${source}))`;

const Data = z.strictObject({
  events: z.int(),
  /** The value that the last of so many executions returned for one counter id. */
  values: z.strictObject({ execution: z.int(), table: z.int() }),
});

export const actor = defineObservation({
  name: "actor",
  title: "Is a durable function an actor?",
  schema: Data,
  measure: async (_effort, seed) => {
    const payload = { counterId: "cart-7", commands: [increment()] };
    const send = async (handler: ReturnType<typeof createCounterHandler>) => {
      const values: number[] = [];
      for (let event = 0; event < EVENTS; event++)
        values.push((await simulate(handler, { payload })).result?.value ?? 0);
      return Math.max(...values);
    };
    const store = await createStore({ seed });
    return {
      events: EVENTS,
      values: {
        execution: await send(createCounterHandler()),
        table: await send(createCounterHandler({ store })),
      },
    };
  },
  describe: ({ events, values }) => [
    text(
      `**Not by itself.** ${whole(events)} events for one counter id start ${whole(events)} executions, and an execution has no mailbox: the counter in the ` +
        `execution came to ${whole(values.execution)}, because each execution has its own. The same handler with a store came to ` +
        `${whole(values.table)}. A durable function with a counter in DynamoDB has an actor's identity, state, order of effects and reply. It still has no ` +
        "mailbox: a queue in front, or the callers' retries, take its place.",
    ),
    table(
      [
        "",
        "durable function",
        "counter in DynamoDB",
        "Azure Durable Entities",
        "Restate virtual objects",
        "Cloudflare Durable Objects",
      ],
      ACTOR_POINTS.map(({ point, durable, dynamodb, azure, restate, cloudflare }) => [
        `**${point}**`,
        cited(durable),
        dynamodb,
        cited(azure),
        cited(restate),
        cited(cloudflare),
      ]),
    ),
    text(
      `Where durable functions fall short, there is a measurement: state that is [read again](#replay), the [price](#cost) of an operation, ` +
        "[waiting](#idle), which bills one operation but no time. Each cell of another system links the page of its documentation that says so.",
    ),
  ],
});
