import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { runningEmulator, type RunningEmulator } from "../contenders/emulator/running-emulator.ts";
import type { CheckpointTimes } from "../contenders/emulator/time-checkpoints.ts";
import type { Bench } from "../measure/bench.ts";
import { compare, HEAD } from "../measure/comparison.ts";
import { digits, duration } from "../measure/figures.ts";
import { median } from "../measure/statistics.ts";

const CALLS = 200;
const BARE_SERVER = join(import.meta.dirname, "..", "contenders", "emulator", "bare-server.ts");

let running: RunningEmulator;
let bareServer = "";

export const emulatorCheckpoint: Bench = {
  title: `a checkpoint call of the emulator beside a bare HTTP server that answers the same bytes, ${CALLS} calls a round`,
  contenders: {
    // Both are called in turns by one function, which runs in a process of the emulator.
    calls: {
      setUp: async () => {
        const server = fork(BARE_SERVER);
        [bareServer = ""] = (await once(server, "message")) as string[];
        running = await runningEmulator("checkpoints");
      },
      run: () => running.execute({ calls: CALLS, bareServer }),
    },
  },
  measure: async (runner) => {
    const { rounds, warmUps } = runner.effort;
    const results = (await runner.results("calls", warmUps + rounds)) as CheckpointTimes[]; // what it resolves to
    const timed = results.slice(warmUps);
    const emulator = timed.map((times) => times.emulator / CALLS);
    const bare = timed.map((times) => times.bareServer / CALLS);
    const { ratio, spread } = compare(emulator, bare);
    return {
      head: HEAD,
      rows: [
        { cells: ["a bare server", duration(median(bare)), "", ""] },
        {
          cells: ["the emulator", duration(median(emulator)), `${digits(ratio)}× the time`, spread],
          target: { measured: ratio, bound: "at most", limit: 2, unit: "×" },
        },
      ],
    };
  },
};
