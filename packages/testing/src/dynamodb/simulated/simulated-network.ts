import { applyFault } from "../network/apply-fault.ts";
import type { Exchange } from "../network/exchange.ts";
import { planFaults } from "../network/fault-plan.ts";
import type { FaultyNetworkSettings } from "../network/options.ts";
import { createStatistics } from "../network/statistics.ts";
import type { Reply } from "../network/upstream.ts";
import { seededRandom } from "../../seeded-random.ts";
import type { Input } from "./dynalite-actions.ts";
import type { EngineReply, SimulatedEngine } from "./engine.ts";
import type { Message } from "./message.ts";
import type { FaultyNetwork } from "../network/faulty-network.ts";
import type { SchedulingClock } from "./virtual-clock.ts";

/** The network between simulated clients and a simulated engine: the same faults as `startFaultyNetwork`. */
export interface SimulatedNetwork extends Pick<
  FaultyNetwork,
  "seed" | "requests" | "faults" | "summary" | "injectNext" | "disableFaults" | "drain"
> {
  /** What happened so far, a line per event, with the virtual time in ms since the start. */
  readonly trace: readonly string[];
}

/** What the client's end of the network sees. */
export type Delivery = Omit<Exchange, "read">;

export interface NetworkSettings extends FaultyNetworkSettings {
  /** How long a request or a reply is under way. */
  readonly latencyMs: { readonly min: number; readonly max: number };
  /** Decides instead of the plan. */
  readonly onRequest: ((message: Message) => void) | undefined;
}

export interface Transport {
  readonly network: SimulatedNetwork;
  /** Sends a request; what comes of it is delivered later, or never. Returns how to stop listening. */
  send(operation: string, body: string, delivery: Delivery): () => void;
}

/** Connects clients to an engine, on a virtual clock. */
export function createTransport(
  engine: SimulatedEngine,
  clock: SchedulingClock,
  { onRequest, latencyMs, ...settings }: NetworkSettings,
): Transport {
  const { seed, delayMs } = settings;
  const plan = planFaults(settings);
  const statistics = createStatistics(seed);
  const random = seededRandom(seed + 1);
  const startedAt = clock.now();
  const trace: string[] = [];
  const underWay = new Set<Promise<void>>();
  const note = (request: number, text: string) =>
    void trace.push(`${Math.round(clock.now() - startedAt)} ms: request ${request} ${text}`);
  const latency = () => random(latencyMs.min, latencyMs.max);

  const executeNow = (request: number, operation: string, body: string): Reply => {
    const { status, body: answered } = engine.execute(operation, body);
    note(request, `is executed: ${outcomeOf(status, answered)}`);
    return replyOf({ status, body: answered });
  };

  /** What the client is told, until it stops listening. */
  const listening = (request: number, delivery: Delivery) => {
    let isSettled = false;
    const settle = (text: string, tell: () => void) => {
      if (isSettled) return;
      isSettled = true;
      note(request, text);
      tell();
    };
    return {
      get isSettled() {
        return isSettled;
      },
      answer: (reply: Reply) => settle("is answered", () => delivery.answer(reply)),
      cut: (reply: Reply) => settle("receives half of a reply", () => delivery.cut(reply)),
      reset: () => settle("is reset", () => delivery.reset()),
      stop: () => settle("is given up by its client", () => {}),
    };
  };

  const passByPlan = async (
    operation: string,
    body: string,
    client: ReturnType<typeof listening>,
    request: number,
  ) => {
    const planned = plan.draw(operation);
    const deliver = (tell: () => void) => void clock.schedule(latency(), tell);
    const exchange: Exchange = {
      read: () => Promise.reject(new Error("It was read already.")),
      answer: (reply) => deliver(() => client.answer(reply)),
      cut: (reply) => deliver(() => client.cut(reply)),
      reset: () => deliver(() => client.reset()),
    };
    await clock.sleep(latency());
    const execute = async (sent = body) => executeNow(request, operation, sent);
    if (planned === undefined) return exchange.answer(await execute());
    statistics.happen(planned.fault);
    note(request, `meets the fault ${planned.fault}`);
    await applyFault(planned, {
      operation,
      body: Buffer.from(body),
      trace: { seed, request },
      exchange,
      execute: async (sent) => {
        const reply = await execute(sent?.toString());
        // So that others may come between a request and its duplicate.
        await clock.sleep(latency());
        return reply;
      },
      delay: (chance) => clock.sleep(delayMs.min + chance * (delayMs.max - delayMs.min)),
    });
  };

  return {
    send(operation, body, delivery) {
      const request = statistics.arrive(operation);
      note(request, `is sent: ${operation}`);
      const client = listening(request, delivery);
      if (onRequest !== undefined) {
        let last: Reply | undefined;
        onRequest({
          number: request,
          operation,
          input: JSON.parse(body) as Input, // the SDK serialised it
          get isSettled() {
            return client.isSettled;
          },
          execute: () => (last = executeNow(request, operation, body)).status,
          reply() {
            if (last === undefined)
              throw new Error(`Request ${request} was never executed; execute it first.`);
            client.answer(last);
          },
          reset: client.reset,
        });
        return client.stop;
      }
      const passed = passByPlan(operation, body, client, request).finally(() => underWay.delete(passed));
      underWay.add(passed);
      return client.stop;
    },
    network: {
      seed,
      trace,
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
        await Promise.all(underWay);
      },
    },
  };
}

function replyOf({ status, body }: EngineReply): Reply {
  return { status, headers: { "content-type": "application/x-amz-json-1.0" }, body: Buffer.from(body) };
}

function outcomeOf(status: number, body: string): string {
  if (status === 200) return "done";
  const { __type: type = "" } = JSON.parse(body) as { __type?: string }; // a refusal of the engine
  return type.split("#").at(-1) ?? type;
}
