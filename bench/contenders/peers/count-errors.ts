/** The errors of a count, in commands. */
export interface CountErrors {
  readonly commands: number;
  /** How much the value is too high: each time that a command counted again. */
  readonly over: number;
  /** How much the value is too low: commands that were acknowledged and did not count. */
  readonly under: number;
  /** Commands whose caller gave up without a reply. It is no error that they counted once, or not at all. */
  readonly unknown: number;
}

/**
 * @param times how often each command counted
 * @param acknowledged whether its caller got a reply
 */
export function countErrors(times: readonly number[], acknowledged: readonly boolean[]): CountErrors {
  const sum = (of: (times: number, isAcknowledged: boolean) => number) =>
    times.reduce((total, counted, command) => total + of(counted, acknowledged[command] === true), 0);
  return {
    commands: times.length,
    over: sum((counted) => Math.max(0, counted - 1)),
    under: sum((counted, isAcknowledged) => (isAcknowledged && counted === 0 ? 1 : 0)),
    unknown: sum((_, isAcknowledged) => (isAcknowledged ? 0 : 1)),
  };
}

export function addCountErrors(parts: readonly CountErrors[]): CountErrors {
  const sum = (of: keyof CountErrors) => parts.reduce((total, part) => total + part[of], 0);
  return { commands: sum("commands"), over: sum("over"), under: sum("under"), unknown: sum("unknown") };
}
