import type { RunningInvocation } from "../functions/lambda-function.ts";

/** The instants at which handler processes are killed. */
export const KILL_POINTS = ["checkpoint", "body", "reply"] as const;

/**
 * `checkpoint`: when a checkpoint call arrives, before it is applied. `reply`: after it was applied, before it is
 * answered. `body`: somewhat later, while the handler runs.
 */
export type KillPoint = (typeof KILL_POINTS)[number];

/** Which processes to kill. */
export interface ChaosOptions {
  /** The probability with which a process is killed at each point: from 0 to 1. */
  readonly rate: number;
  /** Repeats the same decisions. */
  readonly seed: number;
  /** By default all. */
  readonly at?: readonly KillPoint[] | undefined;
  /** After so many kills it stops. By default it does not. */
  readonly maxKills?: number | undefined;
}

/** The longest delay before a kill in a body, in milliseconds. */
const MAX_DELAY = 20;
const PRECISION = 1_000_000;

/** Decides when to kill, and kills. */
export class Chaos {
  /** How many invocations were killed. */
  kills = 0;
  readonly #killed = new WeakSet<RunningInvocation>();
  readonly #options: ChaosOptions;
  readonly #random: (min: number, max: number) => number;

  /** @param random returns whole numbers from `min` to `max` */
  constructor(options: ChaosOptions, random: (min: number, max: number) => number) {
    this.#options = options;
    this.#random = random;
  }

  /** Whether to kill the process now. */
  strikes(point: KillPoint): boolean {
    const { rate, at = KILL_POINTS } = this.#options;
    return at.includes(point) && !this.#hasEnded && this.#random(0, PRECISION - 1) < rate * PRECISION;
  }

  /** Kills an invocation. @returns false if it was killed before: its process takes a moment to end */
  kill(invocation: RunningInvocation): boolean {
    if (this.#killed.has(invocation) || this.#hasEnded) return false;
    this.#killed.add(invocation);
    this.kills += 1;
    invocation.kill();
    return true;
  }

  /** Milliseconds until a kill in a body. */
  delay(): number {
    return this.#random(0, MAX_DELAY);
  }

  get #hasEnded(): boolean {
    return this.kills >= (this.#options.maxKills ?? Infinity);
  }
}
