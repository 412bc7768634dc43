import { readFile } from "node:fs/promises";
import { CounterRequest, parseInput } from "@durable-counter/core";

const EXAMPLE = "examples/events/shopping-cart.json";

/**
 * Reads a counter request from a JSON file. As every sender of an event that may wait in a queue should, it sets `issuedAt` where
 * the event has an idempotency key.
 *
 * @throws Error naming the file, what is wrong with it, and the remedy
 */
export async function readEvent(file: string): Promise<CounterRequest> {
  const request = parseInput(CounterRequest, parseJson(await readText(file), file), file);
  return request.idempotencyKey === undefined ? request : { issuedAt: Date.now(), ...request };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw new Error(`${file} ${reason}; pass a JSON file such as ${EXAMPLE}.`, { cause: error });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON (${(error as Error).message}); compare ${EXAMPLE}.`, {
      cause: error,
    });
  }
}
