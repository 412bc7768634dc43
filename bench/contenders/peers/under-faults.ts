import { setTimeout as pause } from "node:timers/promises";
import { startFaultyNetwork } from "@durable-counter/testing/dynamodb";
import type { Contender } from "../../measure/bench.ts";
import { localDynamoDB, sharedEndpoint } from "../shared-dynamodb.ts";
import { amountOf, counterOf, timesCounted } from "./amounts.ts";
import type { ConnectedPeer, Peer } from "./peer.ts";
import { countErrors, type CountErrors } from "./count-errors.ts";

const WRITERS = 20;

/** Milliseconds, below the network's delays. */
const REQUEST_TIMEOUT = 250;

/** Milliseconds between the attempts of a careful caller, which grow beyond the time-out of a Lambda. */
const PAUSES = [100, 200, 400, 800, 1_600];

/**
 * A peer behind a network that disturbs a fifth of all requests, with the same seeds for every peer. A caller that gets an error
 * sends the same command with the same idempotency key again, a few times, or gives up at once.
 */
export function underFaults(
  name: string,
  peer: Peer,
  { commands, givesUp }: { readonly commands: number; readonly givesUp: boolean },
): Contender {
  let runs = 0;
  return {
    setUp: () => peer.prepare(localDynamoDB()),
    run: async (): Promise<CountErrors> => {
      const seed = runs++;
      const idOf = (counter: number) => `${name}/${seed}/${counter}`;
      await using network = await startFaultyNetwork(sharedEndpoint(), { seed });
      const client = localDynamoDB({ endpoint: network.endpoint, requestTimeout: REQUEST_TIMEOUT });
      const acknowledged = await countAll(peer.connect(client), idOf, commands, givesUp ? [] : PAUSES);
      network.disableFaults();
      await network.drain();
      client.destroy();
      const { value } = peer.connect(localDynamoDB());
      const counters = Array.from({ length: counterOf(commands - 1) + 1 }, (_, counter) => idOf(counter));
      const values = await Promise.all(counters.map((id) => value(id)));
      return countErrors(timesCounted(values, commands), acknowledged);
    },
  };
}

/** Whether each command was finally acknowledged. */
async function countAll(
  { count }: ConnectedPeer,
  idOf: (counter: number) => string,
  commands: number,
  pauses: readonly number[],
): Promise<readonly boolean[]> {
  const acknowledged: boolean[] = [];
  let next = 0;
  const write = async () => {
    for (let command = next++; command < commands; command = next++) {
      const id = idOf(counterOf(command));
      const call = () => count(id, amountOf(command), `${id}/${command}`);
      acknowledged[command] = await isAcknowledged(call, pauses);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  return acknowledged;
}

async function isAcknowledged(call: () => Promise<unknown>, pauses: readonly number[]): Promise<boolean> {
  for (const ms of [...pauses, undefined]) {
    try {
      await call();
      return true;
    } catch {
      // Few errors tell what happened, so a careful caller retries after any.
      if (ms !== undefined) await pause(ms);
    }
  }
  return false;
}
