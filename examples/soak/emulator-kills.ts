import { seededRandom } from "@durable-counter/testing/service";

/** Kills of handler processes between two kills of the emulator, on average: as many as possible, but some in a short soak. */
const MOST = 250;
const LEAST = 15;
const PER_SOAK = 4;

/** Decides when the emulator itself is killed: after a random number of kills of handler processes. */
export class EmulatorKills {
  readonly #average: number;
  readonly #random: (min: number, max: number) => number;
  #next = 0;

  /** @param kills the handler processes that the whole soak kills */
  constructor(seed: number, kills: number) {
    this.#average = Math.max(LEAST, Math.min(MOST, Math.floor(kills / PER_SOAK)));
    this.#random = seededRandom(seed);
    this.#draw(0);
  }

  /** Whether it is killed now, after so many kills of handler processes. */
  isDue(handlerKills: number): boolean {
    if (handlerKills < this.#next) return false;
    this.#draw(handlerKills);
    return true;
  }

  #draw(after: number): void {
    this.#next =
      after + this.#random(Math.floor(this.#average / 2), Math.floor(this.#average + this.#average / 2));
  }
}
