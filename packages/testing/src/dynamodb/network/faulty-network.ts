import { once, setMaxListeners } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { exchangeOf, operationOf, type Exchange } from "./exchange.ts";
import { planFaults } from "./fault-plan.ts";
import type { Fault } from "./fault.ts";
import { applyFault } from "./apply-fault.ts";
import { checkEndpoint, parseOptions, type FaultyNetworkOptions } from "./options.ts";
import { createStatistics } from "./statistics.ts";
import { openUpstream } from "./upstream.ts";

/** A network before a DynamoDB engine, with faults by chance, or injected. */
export interface FaultyNetwork extends AsyncDisposable {
  /** Where it listens; point a client at it. */
  readonly endpoint: string;
  /** Draws the same faults again, as far as requests arrive in the same order. */
  readonly seed: number;
  /** How many requests arrived so far, by operation, lost ones included: `{ UpdateItem: 2 }`. */
  readonly requests: Readonly<Record<string, number>>;
  /** How often each fault happened so far. */
  readonly faults: Readonly<Record<Fault, number>>;
  /** In a line, for the message of an assertion: the seed, and what happened. */
  readonly summary: string;
  /**
   * The next request meets this fault, instead of what would be drawn for it. Each call is good for one more.
   *
   * @param operation the next of these, such as `"UpdateItem"`; by default the next that can meet it
   * @throws TypeError for a fault or an operation that does not exist, or that never meet
   */
  injectNext(fault: Fault, operation?: string): void;
  /** From now on no request meets a fault, unless one is injected afterwards. Delayed requests are still executed. */
  disableFaults(): void;
  /** Waits until whatever was sent so far is carried out, late requests and duplicates included, or lost for good. */
  drain(): Promise<void>;
  /** Ends the network, not the engine; what it holds back is lost. Again does nothing. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a network on a free port of 127.0.0.1, before an engine that speaks plain HTTP. A request meets at most one
 * fault. Give the client a `requestTimeout` that throws, such as {@link localClient} does: what is lost without a reset
 * is never answered.
 *
 * @param endpoint the engine's, such as `startDynamoDB` tells
 * @throws TypeError for options that cannot be, by path
 */
export async function startFaultyNetwork(
  endpoint: string,
  options: FaultyNetworkOptions = {},
): Promise<FaultyNetwork> {
  checkEndpoint(endpoint);
  const settings = parseOptions(options);
  const { seed, delayMs } = settings;
  const plan = planFaults(settings);
  const upstream = openUpstream(endpoint);
  const statistics = createStatistics(seed);
  const underWay = new Set<Promise<void>>();
  const ended = new AbortController();
  setMaxListeners(0, ended.signal); // Node 22 warns of more than ten delays at a time
  const delay = (chance: number) =>
    sleep(delayMs.min + chance * (delayMs.max - delayMs.min), undefined, { signal: ended.signal });

  const pass = async (exchange: Exchange, operation: string): Promise<void> => {
    const trace = { seed, request: statistics.arrive(operation) };
    const planned = plan.draw(operation);
    const wanted = await exchange.read();
    const execute = (body = wanted.body) => upstream.send({ ...wanted, body });
    if (planned === undefined) return exchange.answer(await execute());
    statistics.happen(planned.fault);
    await applyFault(planned, { operation, body: wanted.body, trace, exchange, execute, delay });
  };

  const server = createServer((incoming, outgoing) => {
    if (incoming.method === "TRACE") return void outgoing.end();
    const exchange = exchangeOf(incoming, outgoing);
    // Where the engine cannot be reached, or the client left, nothing but to hang up remains.
    const passed = pass(exchange, operationOf(incoming))
      .catch(() => exchange.reset())
      .finally(() => underWay.delete(passed));
    underWay.add(passed);
  });
  server.keepAliveTimeout = 0; // an idle connection that closes would be a loss nobody planned
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server on TCP has no other kind of address

  const end = async () => {
    ended.abort();
    upstream.close();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
    await Promise.all(underWay);
  };
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= end());

  return {
    endpoint: `http://127.0.0.1:${port}`,
    seed,
    get requests() {
      return statistics.requests;
    },
    get faults() {
      return statistics.faults;
    },
    get summary() {
      return statistics.summary;
    },
    injectNext: (fault, operation) => plan.injectNext(fault, operation),
    disableFaults: () => plan.disableFaults(),
    async drain() {
      await catchUp(port);
      await Promise.all(underWay);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/**
 * Resolves when the server has seen all that was sent to it by now, though the sender may have left: it takes
 * connections in the order in which they were made, one per turn of the event loop, and ours comes last.
 */
function catchUp(port: number): Promise<void> {
  return new Promise((resolve) => {
    const probe = request({ host: "127.0.0.1", port, method: "TRACE", agent: false });
    probe.on("response", (response) => response.resume().on("end", resolve));
    probe.on("error", () => resolve()); // It has ended: nothing is left to be seen.
    probe.end();
  });
}
