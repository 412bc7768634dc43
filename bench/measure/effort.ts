/** How much is measured. */
export interface Effort {
  /** Whether it suffices to judge targets. */
  readonly isConclusive: boolean;
  /** Rounds in which every contender takes a turn. */
  readonly rounds: number;
  /** Rounds before those, which are not measured, because the compiler is still at work. */
  readonly warmUps: number;
  /** Milliseconds of a turn. A run that takes longer is a turn of its own. */
  readonly turnMs: number;
}

/** The effort to judge targets. With many short turns, a disturbance affects both contenders or few rounds. */
export const full: Effort = { isConclusive: true, rounds: 31, warmUps: 20, turnMs: 150 };

/** The effort to show that every bench runs. */
export const quick: Effort = { isConclusive: false, rounds: 2, warmUps: 2, turnMs: 100 };
