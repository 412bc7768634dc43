import type { Contender } from "../../measure/bench.ts";
import { realTime } from "../../measure/real-time.ts";
import { runningEmulator, type RunningEmulator } from "./running-emulator.ts";

/** Executions before a bench, whose many steps let the compiler do its work while little is stored. */
const WARM_UP = { executions: 40, count: 50 };

/** An execution of 3 steps on an emulator that has stored as many before, in a process that is warm. */
export function emulatedSteps({ stored = 0, storesInFile = false } = {}): Contender {
  let running: RunningEmulator;
  return {
    setUp: async () => {
      running = await runningEmulator("sequentialSteps", { storesInFile });
      const { executions, count } = WARM_UP;
      for (let done = 0; done < executions; done++) await running.execute({ count });
      for (let done = 0; done < stored; done++) await running.execute();
    },
    run: () => running.execute(),
    clock: realTime,
  };
}
