/**
 * Amounts that show how often each command counted: the commands of one counter add powers of 32, so that each has a digit of
 * the value.
 */
const BASE = 32;

/** How many commands a counter takes: 32^10 still is a safe integer. */
const PER_COUNTER = 10;

/** The counter of the nth command. */
export function counterOf(command: number): number {
  return Math.floor(command / PER_COUNTER);
}

/** The amount of the nth command. */
export function amountOf(command: number): number {
  return BASE ** (command % PER_COUNTER);
}

/** How often each command counted, read from the values of the counters. Valid below 32 times. */
export function timesCounted(values: readonly number[], commands: number): readonly number[] {
  return Array.from({ length: commands }, (_, command) => {
    const value = values[counterOf(command)] ?? 0;
    return Math.floor(value / amountOf(command)) % BASE;
  });
}
