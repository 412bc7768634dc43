import type { Effort } from "./effort.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Runs the contenders of one bench, each in a process of its own. */
export class BenchRunner {
  readonly effort: Effort;
  readonly #bench: string;
  readonly #workers = new Map<string, Worker>();

  /** @param bench its name in `benches.ts` */
  constructor(bench: string, effort: Effort) {
    this.#bench = bench;
    this.effort = effort;
  }

  /**
   * Runs contenders in turns, A B, B A, A B, …, so that a disturbance of the machine affects all of them and a drift favours
   * none. Each has its own process, because a heap and a compiler depend on what ran before.
   *
   * @returns per contender, the milliseconds that a run took on average in each of its turns
   */
  async rounds(
    contenders: readonly string[],
    { rounds, warmUps, turnMs }: Effort = this.effort,
  ): Promise<readonly (readonly number[])[]> {
    const turns = contenders.map((name) => ({ worker: this.#worker(name), means: [] as number[] }));
    for (let round = -warmUps; round < rounds; round++) {
      for (const { worker, means } of round % 2 === 0 ? turns : turns.toReversed()) {
        const mean = await worker.turn(turnMs);
        if (round >= 0) means.push(mean);
      }
    }
    return turns.map(({ means }) => means);
  }

  /** The results of a contender's runs, one after the other. */
  async results(contender: string, runs = 1): Promise<readonly unknown[]> {
    const results: unknown[] = [];
    for (let run = 0; run < runs; run++) results.push(await this.#worker(contender).run());
    return results;
  }

  /** Ends the processes of all contenders. A contender that is run again gets a new one. */
  stop(): void {
    for (const worker of this.#workers.values()) worker.stop();
    this.#workers.clear();
  }

  #worker(contender: string): Worker {
    const worker = this.#workers.get(contender) ?? startWorker(this.#bench, contender);
    this.#workers.set(contender, worker);
    return worker;
  }
}
