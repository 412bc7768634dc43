import { readdirSync, readFileSync } from "node:fs";
import { CounterRequest, parseInput } from "@durable-counter/core";
import { expect, test } from "vitest";
import { parseWordCountRequest } from "../word-count/request.ts";
import { invocation } from "./invocation.ts";

const folder = new URL("../events/", import.meta.url);
/** The event of 05, which is not deployed. */
const OF_A_RECIPE = "order.json";
const events = readdirSync(folder)
  .filter((file) => file !== OF_A_RECIPE)
  .map((file) => [file, readFileSync(new URL(file, folder), "utf8")] as const);
const outputs = { DurableCounters: { DurableOnTableArn: "arn:03", ParallelWordCountArn: "arn:04" } };

test.each(events)("%s is a valid event, and its idempotency key names the execution", (file, event) => {
  const isText = file === "parallel-word-count.json";
  const input: unknown = JSON.parse(event);
  const { idempotencyKey } = isText
    ? parseWordCountRequest(input)
    : parseInput(CounterRequest, input, "event");
  const [handler, id] = isText ? ["04", "ParallelWordCount"] : ["03", "DurableOnTable"];
  const sent = invocation({ handler, event, eventFile: file, answerFile: "answer.json", outputs });
  expect(sent).toContain(`${id}-${idempotencyKey}`);
});
