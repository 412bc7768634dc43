import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { startDynalite } from "./dynalite.ts";
import { findDynamoDBLocal, startDynamoDBLocal } from "./dynamodb-local.ts";
import type { Engine } from "./engine.ts";
import { localClient } from "./local-client.ts";

/** `dynalite` is JavaScript and starts at once; `dynamodb-local` is AWS's own, and needs Java 17. */
export type DynamoDBEngine = "dynalite" | "dynamodb-local";

/** A DynamoDB on loopback, and a client for it. */
export interface RunningDynamoDB extends AsyncDisposable {
  readonly engine: DynamoDBEngine;
  /** Where it listens, such as `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  /** The SDK's own client, with its default retries. */
  readonly client: DynamoDBClient;
  /** Ends the engine, its tables and the client. Again does nothing. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a real DynamoDB engine on a free port of this machine; it lives in memory and ends with the process at the
 * latest.
 *
 * @param options `engine` is by default `"auto"`: DynamoDB Local where Java and its jar are there, else dynalite
 * @throws TypeError for an engine that does not exist
 * @throws Error where `"dynamodb-local"` is asked for and something of it is missing, or an engine does not start
 */
export async function startDynamoDB(
  options: { readonly engine?: "auto" | DynamoDBEngine } = {},
): Promise<RunningDynamoDB> {
  const { engine, start } = await choose(options.engine ?? "auto");
  const running = await start();
  const client = localClient(running.endpoint);

  let stopped: Promise<void> | undefined;
  const stop = () => {
    client.destroy();
    return (stopped ??= running.stop());
  };
  return { engine, endpoint: running.endpoint, client, stop, [Symbol.asyncDispose]: stop };
}

interface Choice {
  readonly engine: DynamoDBEngine;
  readonly start: () => Promise<Engine>;
}

async function choose(engine: "auto" | DynamoDBEngine): Promise<Choice> {
  switch (engine) {
    case "dynalite":
      return { engine, start: startDynalite };
    case "auto":
    case "dynamodb-local": {
      const found = await findDynamoDBLocal();
      if (!("missing" in found)) return { engine: "dynamodb-local", start: () => startDynamoDBLocal(found) };
      if (engine === "auto") return choose("dynalite");
      throw new Error(`DynamoDB Local cannot run here. ${found.missing} Or pass the engine "dynalite".`);
    }
    default:
      throw new TypeError(
        `engine is ${JSON.stringify(engine)}; pass "auto", "dynalite" or "dynamodb-local", or nothing.`,
      );
  }
}
