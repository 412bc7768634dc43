import { startFaultyNetwork } from "@durable-counter/testing/dynamodb";
import type { DyingEvent } from "./program-events.ts";
import { workOf, type Work } from "./report-work.ts";
import { PROGRAMS } from "./restart-between-invocations.ts";
import { withEmulator } from "./with-emulator.ts";

const FUNCTION = "dying";

export interface Recovered {
  /** What the process did that died. */
  readonly first: Work;
  /** What the next process did to come to the same command. */
  readonly second: Work;
  /** Requests to DynamoDB of both. */
  readonly requests: number;
  readonly value: number;
}

/** Runs executions whose processes die where their events say. */
export async function recoverFromDeaths(
  events: readonly DyingEvent[],
  endpoint: string,
  seed: number,
): Promise<readonly Recovered[]> {
  await using network = await startFaultyNetwork(endpoint, { faults: {}, seed }); // counts the requests
  let reports: Work[] = [];
  const onLog = ({ text }: { text: string }) => {
    const work = workOf(text);
    if (work !== undefined) reports.push(work);
  };
  const sent = () => Object.values(network.requests).reduce((sum, requests) => sum + requests, 0);
  const options = { file: PROGRAMS, endpoints: { [FUNCTION]: network.endpoint }, seed, onLog };
  return await withEmulator(options, async ({ invoke }) => {
    const recovered: Recovered[] = [];
    for (const event of events) {
      reports = [];
      const before = sent();
      const { result } = await invoke(FUNCTION, event, event.id);
      const first = reports.find(({ at }) => at === "death");
      const second = reports.findLast(({ at }) => at === "there");
      if (first === undefined || second === undefined || first.pid === second.pid) {
        throw new Error(
          `No process died in ${JSON.stringify(event)}: ${JSON.stringify({ reports, result })}`,
        );
      }
      recovered.push({ first, second, requests: sent() - before, value: Number(result) });
    }
    return recovered;
  });
}
