import { conflicted, serverError, throttled, type Trace } from "./error-reply.ts";
import type { Exchange } from "./exchange.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { Reply } from "./wire.ts";

/** A request that has arrived as a whole. */
export interface Arrival {
  readonly operation: string;
  readonly body: Buffer;
  readonly trace: Trace;
  readonly exchange: Exchange;
  /** Lets the engine do what is asked; as often as it is called. */
  readonly carryOut: () => Promise<Reply>;
  /** Waits for as long as a delay may be, by its chance. */
  readonly holdBack: (chance: number) => Promise<void>;
}

/** Does to a request what is planned; resolves when nothing of it is left to be carried out. */
export async function meetFault({ fault, chance }: PlannedFault, arrival: Arrival): Promise<void> {
  const { operation, body, trace, exchange, carryOut, holdBack } = arrival;
  switch (fault) {
    case "lose-request":
      return;
    case "reset-before":
      return exchange.reset();
    case "server-error":
      return exchange.answer(serverError(trace));
    case "throttle":
      return exchange.answer(throttled(trace));
    case "conflict":
      return exchange.answer(conflicted(operation, body, chance, trace));
    case "lose-reply":
      await carryOut();
      return;
    case "reset-after":
      await carryOut();
      return exchange.reset();
    case "server-error-after":
      await carryOut();
      return exchange.answer(serverError(trace));
    case "cut-reply":
      return exchange.cut(await carryOut());
    case "delay":
      await holdBack(chance);
      return exchange.answer(await carryOut());
    case "duplicate":
      return carryOutTwice(chance < 0.5 ? "first" : "second", arrival);
  }
}

async function carryOutTwice(answer: "first" | "second", { exchange, carryOut }: Arrival): Promise<void> {
  const first = await carryOut();
  if (answer === "first") exchange.answer(first); // The client goes on, and the duplicate overtakes it or not.
  const second = await carryOut();
  if (answer === "second") exchange.answer(second);
}
