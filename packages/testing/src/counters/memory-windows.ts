import {
  inWindow,
  isCounterError,
  type BatchResult,
  type CounterWindow,
  type Limits,
  type WindowPeriod,
} from "@durable-counter/core";

/** The values of a counter in memory. */
export interface CounterValues {
  /** The value, if the counter has no windows. */
  value: number | undefined;
  /** The value of each window, by its start. They are kept together, so that a retry finds its key, whatever window it comes in. */
  readonly values: Map<number, number>;
}

/** Names a counter: with another window, it is another one. An id has no line break. */
export function counterName(id: string, window: CounterWindow | undefined): string {
  return window === undefined ? id : `${id}\n${window.name}`;
}

/** The id of a counter of this name. */
export function counterId(name: string): string {
  return name.split("\n", 1)[0] ?? name;
}

export function valueIn(
  { value, values }: CounterValues,
  period: WindowPeriod | undefined,
): number | undefined {
  return period === undefined ? value : values.get(period.startsAt);
}

export function setValueIn(counter: CounterValues, period: WindowPeriod | undefined, value: number): void {
  if (period === undefined) counter.value = value;
  else counter.values.set(period.startsAt, value);
}

/** The result of a batch, or its refusal, with what it says of its window. */
export function inPeriod(
  period: WindowPeriod | undefined,
  limits: Limits | undefined,
  apply: () => BatchResult,
): BatchResult {
  if (period === undefined) return apply();
  try {
    return inWindow(apply(), period, limits);
  } catch (error) {
    if (!isCounterError(error)) throw error;
    throw Object.assign(error, { details: { ...error.details, resetsAt: period.endsAt } });
  }
}
