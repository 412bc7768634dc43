/** Durable functions that the emulator runs, which report what work a new process has to do. Each export is one function. */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import { increment, type Counter, type CounterStore } from "@durable-counter/core";
import { durableCounter } from "@durable-counter/durable";
import { createDynamoDBCounterStore } from "@durable-counter/dynamodb";
import { localClient } from "@durable-counter/testing/dynamodb";
import { COUNTER_TABLE } from "../subjects/counter-store.ts";
import { die } from "./killable-client.ts";
import type { DyingEvent, PausingEvent } from "./program-events.ts";
import { reportingHandler } from "./report-work.ts";
import { setting } from "./settings.ts";

/** Counts up to each stop, and waits there until a callback lets it go on. */
export const pausing = reportingHandler<PausingEvent>(async ({ id, stops, inStore }, context, report) => {
  const counter = counterOf(context, id, inStore ? createStore() : undefined);
  let [value, done] = [0, 0];
  for (const stop of stops) {
    for (; done < stop; done++) value = (await counter.batch([increment()])).value;
    const [resumed] = await context.createCallback(`after ${stop}`);
    await resumed;
    report(String(stop));
  }
  return value;
});

/** Counts, and dies once at one command. */
export const dying = reportingHandler<DyingEvent>(async (event, context, report) => {
  const { id, commands, dieAt, dieWhere, inStore } = event;
  const dieOnce = async () => {
    if (!isFirstTime(id)) return;
    report("death");
    await die();
  };
  let done = 0;
  const store = inStore ? createStore() : undefined;
  const watched = store && {
    ...store,
    apply: async (...args: Parameters<CounterStore["apply"]>) => {
      const isThere = done === dieAt;
      if (isThere && dieWhere === "before its request") await dieOnce();
      const reply = await store.apply(...args);
      if (isThere && dieWhere === "after its request, before its checkpoint") await dieOnce();
      return reply;
    },
  };
  const counter = counterOf(context, id, watched);
  let value = 0;
  for (; done < commands; done++) {
    if (done === dieAt) {
      report("there");
      if (dieWhere === "between two steps") await dieOnce();
    }
    value = (await counter.batch([increment()])).value;
  }
  return value;
});

function createStore(): CounterStore {
  const endpoints = JSON.parse(setting("endpoints")) as Record<string, string>; // of with-emulator.ts
  const client = localClient(endpoints[process.env["AWS_LAMBDA_FUNCTION_NAME"] ?? ""] ?? "");
  return createDynamoDBCounterStore({ client, tableName: COUNTER_TABLE });
}

function counterOf(context: DurableContext, id: string, store: CounterStore | undefined): Counter {
  return durableCounter(context, store === undefined ? {} : { store, id, name: "counter" });
}

/** Processes that die remember nothing: a file tells whether one of them was here. */
function isFirstTime(id: string): boolean {
  try {
    closeSync(openSync(join(setting("folder"), id), "wx"));
    return true;
  } catch {
    return false;
  }
}
