import { once } from "node:events";
import { dynalitePath } from "./dynalite-modules.ts";
import { Worker } from "node:worker_threads";
import type { Engine } from "./engine.ts";

/**
 * Starts dynalite, DynamoDB in JavaScript, on a free port of 127.0.0.1; in tens of milliseconds. It has no
 * transactions, no time to live, and no `ALL_OLD` on a failed condition.
 */
export async function startDynalite(): Promise<Engine> {
  const dynalite = dynalitePath();
  const worker = new Worker(WORKER, { eval: true, workerData: { dynalite }, execArgv: [] });
  const [port] = (await once(worker, "message")) as [number]; // the one message that WORKER sends
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => void (await worker.terminate()),
  };
}

/**
 * A thread of its own, since dynalite throws where nobody can catch it: when a client hangs up, and when it is
 * closed with a request under way. Ended as a thread it is gone at once. Source text, so that it is found in each
 * build alike.
 */
const WORKER = `
  const { parentPort, workerData } = require("node:worker_threads");
  process.on("uncaughtException", (error) => {
    if (error.code !== "ECONNRESET") throw error; // a client hung up: no reason to end the engine
  });
  const server = require(workerData.dynalite)({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  server.keepAliveTimeout = 0; // an idle connection that closes would look like a lost request
  server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;
