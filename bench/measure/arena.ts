import type { Effort } from "./effort.ts";
import { startPlayer, type Player } from "./player.ts";

/** Where the contenders of one bench are measured, each in a process of its own. */
export class Arena {
  readonly effort: Effort;
  readonly #bench: string;
  readonly #players = new Map<string, Player>();

  /** @param bench its name in `benches.ts` */
  constructor(bench: string, effort: Effort) {
    this.#bench = bench;
    this.effort = effort;
  }

  /**
   * Lets contenders take turns, A B, B A, A B, …: what disturbs the machine for a while disturbs all of them, and what
   * drifts favours none. Their processes are their own, since a heap and a compiler remember who came before.
   *
   * @returns per contender, the milliseconds that a run took on average in each of its turns
   */
  async rounds(
    contenders: readonly string[],
    { rounds, warmUps, turnMs }: Effort = this.effort,
  ): Promise<readonly (readonly number[])[]> {
    const turns = contenders.map((name) => ({ player: this.#player(name), means: [] as number[] }));
    for (let round = -warmUps; round < rounds; round++) {
      for (const { player, means } of round % 2 === 0 ? turns : turns.toReversed()) {
        const mean = await player.turn(turnMs);
        if (round >= 0) means.push(mean);
      }
    }
    return turns.map(({ means }) => means);
  }

  /** What a contender's runs come to, one after the other. */
  async results(contender: string, runs = 1): Promise<readonly unknown[]> {
    const results: unknown[] = [];
    for (let run = 0; run < runs; run++) results.push(await this.#player(contender).run());
    return results;
  }

  /** Ends the processes of all contenders; who is called again starts anew. */
  dismiss(): void {
    for (const player of this.#players.values()) player.stop();
    this.#players.clear();
  }

  #player(contender: string): Player {
    const player = this.#players.get(contender) ?? startPlayer(this.#bench, contender);
    this.#players.set(contender, player);
    return player;
  }
}
