import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { localClient } from "@durable-counter/testing/dynamodb";
import { setting } from "./settings.ts";

/** Milliseconds until a request without an answer is sent again; below the delays of the faulty network. */
export const REQUEST_TIMEOUT = 500;

/** A client whose process dies by chance before and after each call, at the points where the simulated one does. */
export function killableClient(functionName: string): DynamoDBClient {
  const endpoints = JSON.parse(setting("endpoints")) as Record<string, string>; // of with-emulator.ts
  const chance = Number(setting("deathChance"));
  const client = localClient(endpoints[functionName] ?? "", { requestTimeout: REQUEST_TIMEOUT });
  client.middlewareStack.add(
    (next) => async (args) => {
      await passPoint(chance);
      const reply = await next(args);
      await passPoint(chance);
      return reply;
    },
    { step: "initialize", name: "death" },
  );
  return client;
}

async function passPoint(chance: number): Promise<void> {
  if (Math.random() < chance) await die();
}

/** Ends the process as a crash does, with no time for anything else. */
export function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {}); // the signal may take a moment
}
