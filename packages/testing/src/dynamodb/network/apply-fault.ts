import { conflicted, serverError, throttled, type Trace } from "./error-reply.ts";
import type { Exchange } from "./exchange.ts";
import type { PlannedFault } from "./fault-plan.ts";
import { partlyThrottled } from "./unprocessed-keys.ts";
import type { Reply } from "./upstream.ts";

/** A request that has arrived as a whole. */
export interface Arrival {
  readonly operation: string;
  readonly body: Buffer;
  readonly trace: Trace;
  readonly exchange: Exchange;
  /** Executes the request on the engine, or another body in its place; as often as it is called. */
  readonly execute: (body?: Buffer) => Promise<Reply>;
  /** Waits for as long as a delay may be, by its chance. */
  readonly delay: (chance: number) => Promise<void>;
}

/** Applies a planned fault to a request; resolves when the request will not be executed any more. */
export async function applyFault({ fault, chance }: PlannedFault, arrival: Arrival): Promise<void> {
  const { operation, body, trace, exchange, execute, delay } = arrival;
  switch (fault) {
    case "lose-request":
      return;
    case "reset-before":
      return exchange.reset();
    case "server-error":
      return exchange.answer(serverError(trace));
    case "throttle":
      return exchange.answer(
        operation === "BatchGetItem" ? await partlyThrottled(arrival, chance) : throttled(trace),
      );
    case "conflict":
      return exchange.answer(conflicted(operation, body, chance, trace));
    case "lose-reply":
      await execute();
      return;
    case "reset-after":
      await execute();
      return exchange.reset();
    case "server-error-after":
      await execute();
      return exchange.answer(serverError(trace));
    case "cut-reply":
      return exchange.cut(await execute());
    case "delay":
      await delay(chance);
      return exchange.answer(await execute());
    case "duplicate":
      return executeTwice(chance < 0.5 ? "first" : "second", arrival);
  }
}

async function executeTwice(answer: "first" | "second", { exchange, execute }: Arrival): Promise<void> {
  const first = await execute();
  if (answer === "first") exchange.answer(first); // The client goes on, and the duplicate overtakes it or not.
  const second = await execute();
  if (answer === "second") exchange.answer(second);
}
