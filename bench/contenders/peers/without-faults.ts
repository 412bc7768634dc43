import type { Contender } from "../../measure/bench.ts";
import { watchConsumption } from "../../measure/consumption.ts";
import { watchRequests } from "../../measure/requests.ts";
import { localDynamoDB } from "../shared-dynamodb.ts";
import type { ConnectedPeer, Peer } from "./peer.ts";

/** Commands of a run, one after the other on a new counter. Their keys fill one KB. */
const COMMANDS = 25;

/** The average cost of a command. */
export interface Price {
  readonly requests: number;
  readonly writeUnits: number;
}

/** A peer on the engine itself: what its commands cost. */
export function priced(name: string, peer: Peer): Contender {
  return {
    setUp: () => peer.prepare(localDynamoDB()),
    run: async (): Promise<Price> => {
      const client = localDynamoDB();
      const connected = peer.connect(client);
      const spent = watchConsumption(client, localDynamoDB());
      const requests = watchRequests(client);
      await countAll(connected, `${name}/priced`);
      return { requests: requests.sent / COMMANDS, writeUnits: spent.writeUnits / COMMANDS };
    },
  };
}

/** A peer on the engine itself: the latencies of its commands, in milliseconds. */
export function timed(name: string, peer: Peer): Contender {
  let connected: ConnectedPeer;
  let runs = 0;
  return {
    setUp: async () => {
      const client = localDynamoDB();
      await peer.prepare(client);
      connected = peer.connect(client);
    },
    run: () => countAll(connected, `${name}/timed/${runs++}`),
  };
}

async function countAll({ count }: ConnectedPeer, id: string): Promise<readonly number[]> {
  const latencies: number[] = [];
  for (let command = 0; command < COMMANDS; command++) {
    const start = performance.now();
    await count(id, 1, `${id}/${command}`);
    latencies.push(performance.now() - start);
  }
  return latencies;
}
