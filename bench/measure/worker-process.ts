/** The process of one contender, `worker-process.ts BENCH CONTENDER`: runs each task that it is sent. */
import { on } from "node:events";
import { Bench } from "tinybench";
import { benches } from "../benches.ts";
import type { Task } from "./worker.ts";

/** Milliseconds of a sample. A shorter one would measure the clock. */
const SAMPLE_MS = 1;

const [bench = "", name = ""] = process.argv.slice(2);
const contender = (await benches[bench]?.())?.contenders[name];
if (contender === undefined) throw new Error(`The bench "${bench}" has no contender "${name}".`);
const { setUp, run, clock = cpuTime } = contender;
let runsPerSample = 1;

/** The average milliseconds of a run, including its share of garbage collection. */
async function averageOf(turnMs: number): Promise<number> {
  const runs = runsPerSample;
  const sample = async () => {
    for (let done = 0; done < runs; done++) await run();
  };
  const turn = new Bench({ now: clock, time: turnMs, iterations: 1, warmup: false, throws: true });
  const [task] = await turn.add(name, sample, { async: true }).run();
  if (task?.result.state !== "completed") throw new Error(`"${name}" did not complete its turn.`);
  const mean = task.result.latency.mean / runs;
  runsPerSample = Math.max(1, Math.floor(SAMPLE_MS / mean));
  return mean;
}

/** CPU time of this process in milliseconds, which does not depend on what else the machine runs. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

process.once("disconnect", () => process.exit());
const messages = on(process, "message");
await setUp?.();
// The only messages are those of worker.ts.
for await (const [task] of messages as AsyncIterable<[Task]>) {
  process.send?.((task === "run" ? await run() : await averageOf(task.turnMs)) ?? null);
}
