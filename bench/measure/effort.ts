/** How much is measured. */
export interface Effort {
  /** Whether it is enough to judge targets by. */
  readonly isConclusive: boolean;
  /** In each of which every contender takes a turn. */
  readonly rounds: number;
  /** Rounds before, which do not count: the compiler is still at work. */
  readonly warmUps: number;
  /** Milliseconds of a turn; a run that takes longer is a turn. */
  readonly turnMs: number;
}

/** What targets are judged by. Many short turns: a disturbance then falls on both contenders, or on few rounds. */
export const full: Effort = { isConclusive: true, rounds: 31, warmUps: 5, turnMs: 150 };

/** Shows that every bench runs. */
export const quick: Effort = { isConclusive: false, rounds: 2, warmUps: 2, turnMs: 100 };
