/**
 * Nobody may have come to await a rejection yet when it happens; Node would end the process, and the replay after
 * it. The SDK does the same for its own promises. Whoever awaits still gets the rejection.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
