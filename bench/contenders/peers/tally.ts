/** How right a count is, in commands. */
export interface Tally {
  readonly commands: number;
  /** By how much the value is above what it should be: every time that a command counted again. */
  readonly over: number;
  /** By how much it is below: commands that were acknowledged and did not count. */
  readonly under: number;
  /** Commands whose caller gave up without an answer; that they counted once, or not at all, is no fault. */
  readonly unknown: number;
}

/**
 * @param times how often each command counted
 * @param acknowledged whether its caller was told that it did
 */
export function tallyOf(times: readonly number[], acknowledged: readonly boolean[]): Tally {
  const sum = (of: (times: number, isAcknowledged: boolean) => number) =>
    times.reduce((total, counted, command) => total + of(counted, acknowledged[command] === true), 0);
  return {
    commands: times.length,
    over: sum((counted) => Math.max(0, counted - 1)),
    under: sum((counted, isAcknowledged) => (isAcknowledged && counted === 0 ? 1 : 0)),
    unknown: sum((_, isAcknowledged) => (isAcknowledged ? 0 : 1)),
  };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (of: keyof Tally) => tallies.reduce((total, tally) => total + tally[of], 0);
  return { commands: sum("commands"), over: sum("over"), under: sum("under"), unknown: sum("unknown") };
}
